#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "dp/ledger.h"
#include "engine/marginal/table_model.h"
#include "marginal/clique.h"
#include "schema/table.h"
#include "work/ranks.h"

namespace tracetwin::engine {

/// What an engine is asked to learn, and for how much.
struct TrainRequest {
  const Codes* records = nullptr;                 ///< private
  std::vector<marginal::NoisyMarginal> one_ways;  ///< released already, one an attribute
  double rho = 0;                                 ///< price of all that it measures
  double records_per_unit = 1;                    ///< a unit has at most so many records
  std::span<const ImpossiblePair> impossible = {};
  std::vector<std::uint32_t> labels = {};  ///< attributes that others are predicted from and for
  unsigned threads = 0;
  work::Ranks ranks = {};  ///< the processes that count together
  Earlier earlier = {};
};

/// What an engine's model is made of, and so which way a trace takes to it and back.
enum class Kind : std::uint8_t {
  kTables,  ///< marginals of records; `train` and `generate` below
  kSeries,  ///< networks of flows as time series: pipeline/train_series.h
  kTokens,  ///< networks of records as tokens: pipeline/train_tokens.h, and train_codes.h
};

/// One row of the table of engines.
struct Engine {
  std::string_view name;     ///< as in --engine
  std::string_view summary;  ///< one line for `tracetwin list engines`
  bool differentially_private;
  Kind kind;
  /// nullptr where marginals alone are no model.
  TableModel (*train)(TrainRequest request, dp::Ledger& ledger, const Progress& progress);
  void (*generate)(const TableModel& model, const GenerateOptions& options,
                   const Progress& progress, const ShardWork& work);
};

/// The shards of an engine's generate() as one table.
Table generate_table(const Engine& engine, const TableModel& model, const GenerateOptions& options,
                     const Progress& progress);

/// All engines; the first needs no library and always gives a guarantee.
std::span<const Engine> engines();
/// The row called `name`; throws Error that suggests the nearest.
const Engine& engine_named(std::string_view name);

}  // namespace tracetwin::engine
