#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "dp/ledger.h"
#include "engine/autoregressive/codes.h"
#include "marginal/clique.h"
#include "schema/table.h"
#include "work/site.h"

namespace tracetwin::engine {

/// More records than this are in no model.
inline constexpr double kMostRecords = 1e10;

/// A consistent, non-negative, normalised set of marginals over one table: what the marginal
/// engine knows. Holds no record; public as far as the ledger it was made with says so.
struct TableModel {
  struct Part {
    marginal::Clique clique;
    std::vector<double> probabilities;  ///< row-major over `clique`, sum 1
    double sigma = 0;                   ///< noise it was measured with, in counts
  };
  Domain domain;
  std::vector<Part> parts;  ///< every attribute is in at least one
  double records = 0;       ///< estimated number of records, > 0, <= kMostRecords
  /// Draws the records that are then moved towards the parts; absent: they are drawn along a tree
  /// of the parts.
  std::optional<autoregressive::CodeNetwork> network;
};

/// What was known before the records came: a model of records of the same codes, whose tables are
/// measured again and merged with what is measured now (marginal/merge.h).
struct Earlier {
  const TableModel* model = nullptr;  ///< none
  double memory = 0;                  ///< see merge.h
};

/// The NetDPSyn pipeline (Sun et al., IMC 2024; PrivSyn, Zhang et al., USENIX Security 2021)
/// without its implementation's faults: see engine/marginal/netdpsyn.cc. Without a budget the
/// tables are exact and pairs are chosen as if each cell carried a little noise (forecast.h).
struct NetDpSynOptions {
  double selection_rho = 0;   ///< share for the pair scores; ignored without a budget
  double publish_rho = 0;     ///< share for the chosen marginals
  double l2_sensitivity = 1;  ///< of one table of counts, for one unit more or less
  /// Most records of one unit (the L1 sensitivity of a table, which the pair scores follow);
  /// 0: l2_sensitivity squared, which is never too little for integer counts.
  double l1_sensitivity = 0;
  std::uint64_t clique_cells = 20'000;              ///< a merged clique has at most so many cells
  std::uint64_t pair_cells = 1'000'000;             ///< a pair with more cells is not a candidate
  std::span<const ImpossiblePair> impossible = {};  ///< cells that the estimate keeps at zero
  std::vector<std::uint32_t> labels = {};           ///< attributes of which triples are candidates
  unsigned threads = 0;
  work::Ranks ranks = {};  ///< the processes that count together
  Earlier earlier = {};    ///< whose tables are taken instead of choosing any
};

/// `one_ways` holds the already released one-way marginals, one per attribute in order; they are
/// used for scoring, and enter the estimate as measurements (nothing is measured twice). What is
/// booked is at most selection_rho + publish_rho; when either is not positive (with a budget) the
/// attributes stay independent and nothing more is measured. Throws Error when `one_ways` do not
/// fit the domain or a column holds a code outside its attribute.
TableModel train_netdpsyn(const Codes& records, std::vector<marginal::NoisyMarginal> one_ways,
                          const NetDpSynOptions& options, dp::Ledger& ledger,
                          const Progress& progress);

/// How generated records are moved towards the marginals after their initialisation.
enum class Repair : std::uint8_t {
  kLocalSearch,  ///< single moves that see every marginal (polish.h)
  kGum,          ///< NetDPSyn's own: gradual update of one marginal after the other (gum.h)
};

struct GenerateOptions {
  std::size_t rows = 0;
  std::uint64_t seed = 0;
  unsigned threads = 0;
  int rounds = 8;  ///< sweeps of the local search after the marginal initialisation, at most
  Repair repair = Repair::kLocalSearch;
  std::vector<ImpossiblePair> impossible;  ///< pairs that the local search puts no record into
  std::string key;       ///< attribute the initialisation starts from, "" = the best connected
  work::Site site = {};  ///< the processes that share the shards
  std::string_view part = "shard";  ///< what shards are called where the site keeps them
};

/// What becomes of the records of one part of a synthetic table, on whichever thread of whichever
/// process made them.
struct ShardWork {
  /// Makes bytes of shard `number`, on several threads at once.
  std::function<std::string(std::size_t number, Table&& shard)> pack;
  /// Takes the bytes of all shards, in order, on the calling thread of every process.
  std::function<void(std::string_view bytes)> take;
};

/// Generates the records in shards: so a table may be larger than memory. Rows are in no particular
/// order. Same model, options and seed give the same shards whatever the number of threads and
/// processes. Throws Error when `key` is not an attribute of the model.
void generate_shards(const TableModel& model, const GenerateOptions& options,
                     const Progress& progress, const ShardWork& work);

}  // namespace tracetwin::engine
