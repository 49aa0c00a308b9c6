#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "dp/budget.h"
#include "pipeline/model.h"
#include "pipeline/previous.h"
#include "pipeline/series_job.h"
#include "schema/field.h"
#include "trace/assemble.h"
#include "trace/format/format.h"
#include "trace/skips.h"
#include "work/site.h"

namespace tracetwin {

/// A part of the budget that is spent elsewhere (dp::Ledger::set_aside()).
struct SetAside {
  std::string what;
  double share = 0;
};

/// What a user asks of training.
struct TrainJob {
  std::filesystem::path input;                 ///< any readable format; "-" is standard input
  std::vector<std::filesystem::path> further;  ///< of the same trace, behind it in time
  TraceOpener open = plain_opener();           ///< of each of these
  std::vector<std::filesystem::path> files;    ///< behind them, if ranks may read parts of them
  std::optional<dp::Budget> budget;            ///< absent: no noise and no guarantee
  std::optional<dp::Unit> unit;                ///< absent: the default of unit_bound.h
  std::optional<std::size_t> rows_of_unit;     ///< likewise
  std::optional<std::uint64_t> insecure_test_seed;  ///< reproducible noise, no guarantee
  std::string engine = "cliquetree";
  SeriesJob series;  ///< time-series engines only
  std::uint64_t seed = 0;
  unsigned threads = 0;
  Declarations declarations;
  FlowTimeouts timeouts;
  std::size_t steps_per_conversation = 6;  ///< captures: packets a conversation contributes at most
  work::Site site = {};                    ///< the processes that train it, and what they keep
  std::vector<SetAside> aside = {};        ///< of the budget, before anything is spent
  std::optional<Previous> previous = {};   ///< what it goes on from; without a budget or by tables
  /// Under a budget and with a public window: whether there is a record is private, so that a trace
  /// without one is learned like any other.
  bool may_be_empty = false;
  /// Told what the input holds before it is read; may throw what ends the training. Or empty.
  std::function<void(TraceKind)> accept;
  /// Told the trace's fields before anything is learned or spent; likewise.
  std::function<void(const Schema&)> approve;
};

/// For the person who trains; private, never stored.
struct TrainSummary {
  std::uint64_t packets = 0;  ///< captures
  std::uint64_t records = 0;  ///< flow records, or conversations of a capture
  Skips skips;
  std::optional<CopyCheck> copies;  ///< engines of tokens
};

/// Reads, encodes and learns a trace. Every process of the site gets the same model. Networks of
/// tokens and private ones are trained by the first alone. Throws Error for unreadable or empty
/// input (exit 2) and when the budget does not suffice (exit 3).
TwinModel train(const TrainJob& job, const Progress& progress, TrainSummary* summary = nullptr);

}  // namespace tracetwin
