#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/progress.h"
#include "cli/model_options.h"
#include "schema/field.h"
#include "stream/state.h"
#include "tune/score.h"

namespace tracetwin::cli {

/// An epoch as it comes from its source.
struct Epoch {
  std::uint64_t number = 1;
  std::string name;              ///< of its file, or empty
  std::filesystem::path file;    ///< its records
  std::optional<Window> window;  ///< of time, when it was cut by the clock: public
  std::uint64_t late = 0;        ///< records of windows that are over, left out before it
  bool shared_file = false;      ///< the file holds other epochs, too: `window` of it is this one
  bool behind_others = false;    ///< a file whose successors were taken before it
};

/// What all epochs of a stream have in common.
struct StreamPlan {
  TrainOptions train;
  const CommonOptions& common;
  std::filesystem::path out;
  tune::Fidelity fidelity;               ///< empty: the usual one of the kind of trace
  std::optional<std::uint64_t> horizon;  ///< with a budget
  double memory = 0.5;
  unsigned threads = 0;
};

/// What came of an epoch.
struct EpochResult {
  TraceKind kind = TraceKind::kFlows;
  std::uint64_t records = 0;  ///< packets of captures
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  bool goes_on = false;               ///< whether it went on from the model before
  std::string anew;                   ///< why not, where there was one
  std::optional<tune::Score> before;  ///< of the twin of the model before, on this epoch
  std::optional<double> watched;      ///< its score by tune::usual_watch()
  bool drift = false;
  std::optional<double> limit;       ///< below which `watched` is a drift
  std::optional<tune::Score> score;  ///< of its own twin; nothing where it cannot be judged
  std::string unjudged;              ///< why
  std::uint64_t skipped = 0;         ///< records that could not be read, or were not chosen
  dp::LedgerReport ledger;
};

/// Why an epoch cannot be read or learned, and is left out.
struct Unfit {
  std::string why;
};

/// "epoch-000012", in the output folder with suffixes: .twin, .csv or .pcap, .scores.json (with a
/// budget below owner/).
std::string epoch_name(std::uint64_t number);
std::filesystem::path model_of_epoch(const std::filesystem::path& out, std::uint64_t number);
/// What is the owner's alone under a budget stands in a folder of its own.
std::filesystem::path owner_folder(const StreamPlan& plan);

/// Learns an epoch, makes and judges its twin. The model of an epoch that was learned before (by a
/// run that was ended) is taken as it is. `state` is what the epochs before left; its drift is
/// brought up to date. Under a budget nothing but learning itself decides what is released. Throws
/// Unfit, and Error for what ends the stream.
EpochResult run_epoch(const StreamPlan& plan, const Epoch& epoch, stream::State& state,
                      const Progress& progress);

/// Takes away what networks of epochs before the last one needed.
void clear_networks(const StreamPlan& plan, const stream::State& state);

/// How the epochs' parts of a budget are set aside in each of their ledgers.
std::vector<SetAside> other_epochs(const StreamPlan& plan, const std::vector<SetAside>& aside);

}  // namespace tracetwin::cli
