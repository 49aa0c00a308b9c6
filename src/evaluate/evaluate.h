#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "evaluate/columns.h"
#include "evaluate/report.h"
#include "trace/format/format.h"
#include "work/site.h"

namespace tracetwin::evaluate {

struct NamedFile {
  std::string name;  ///< shown; unique among the synthetic traces
  std::filesystem::path path;
};

/// Times [begin, end), ns since the epoch.
struct TimeRange {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

/// What to evaluate.
struct EvaluateJob {
  std::filesystem::path real;
  std::vector<NamedFile> synthetic;  ///< at least one
  std::optional<std::filesystem::path> holdout;
  TraceOpener open_real = plain_opener();  ///< of the real trace and the hold-out
  TraceOpener open_synthetic = plain_opener();
  std::optional<EventColumns> events = {};  ///< the traces are tables of events
  /// Empty: "type" or "label", whichever is there first with two values or more.
  std::string label_column;
  std::uint64_t seed = 0;
  unsigned threads = 0;  ///< 0: all processors. The result does not depend on it.
  /// Of all traces only the rows that begin in it (what is checked of a capture while it is read is
  /// still that of all of it); absent: all.
  std::optional<TimeRange> times;
  bool quick = false;    ///< leave out what learns: two-sample test, prediction, anomalies
  work::Site site = {};  ///< the processes that share the scorers' runs, and what they keep
};

/// Judges each synthetic trace against the real one. Reads traces, not encodings. Every metric gets
/// a floor: its value between two halves of the real trace (see halves.h), the second no larger
/// than the synthetic trace. With a hold-out, which the synthetic traces must not have been learned
/// from, it also gets the memoriser's value: the training data in the place of the synthetic trace,
/// held against the hold-out. Safety takes the hold-out as the real data that is in the place of
/// the synthetic trace for its floor. Every process of the site gets the same report, without plots
/// but at the first. Throws Error when a file cannot be read or holds another kind
/// of trace than the real one.
Report evaluate(const EvaluateJob& job, const Progress& progress);

}  // namespace tracetwin::evaluate
