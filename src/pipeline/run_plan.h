#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "dp/budget.h"
#include "netshare/run_plan.h"

namespace tracetwin {

/// How a plan is executed here.
struct RunJob {
  std::filesystem::path folder;  ///< work folder; empty: the plan's
  unsigned threads = 0;
  std::string device = "cpu";
  double max_seconds = 0;  ///< of training a grid point; 0 = no limit
  bool resume = false;     ///< go on with what is in the folder
  /// What the private grid points may spend, all together; each gets as much.
  std::optional<dp::Budget> budget;
  std::optional<std::filesystem::path> pretraining;  ///< public trace for them to train on first
};

struct RunResult {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> twins;  ///< one a grid point, best_generated/GROUP,NAME.csv
  std::filesystem::path best;                ///< output_data/twin.csv, of the best grid point
  std::vector<std::string> remarks;
};

/// Trains and generates every grid point of a NetShare configuration. In the work folder:
///   config.json              what is in effect, and a note for every key that is not
///   models/NAME/             samples and checkpoints of each chunk (private), model.twin
///   best_generated/          GROUP,NAME.csv of every grid point, from its best checkpoint
///   output_data/twin.csv     the best of these (captures: twin.pcap, too)
///   ranking.json             how they did, best first
/// Throws Error when the folder exists and neither `overwrite` nor `resume` says that it may, and
/// for what is not understood: data that is neither packets nor flows by five-tuple, S3. Private
/// grid points are not ranked, since a ranking looks at the trace.
RunResult execute(const netshare::RunPlan& plan, const RunJob& job, const Progress& progress);

}  // namespace tracetwin
