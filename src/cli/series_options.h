#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/series_job.h"

namespace tracetwin::cli {

/// What was typed for methods that train networks of time series.
struct SeriesOptions {
  SeriesOptions() { job.options = doppelganger::quick_options(); }

  SeriesJob job;
  std::string style;
  std::string rare = "generalise";
  std::string folder;
  std::vector<std::string> network;  ///< KEY=VALUE
  std::int64_t max_time_ns = 0;
  std::string pretraining;
};

/// --iterations, --chunks, --max-flow-length, --coding, --rare,
/// --network, --max-train-time, --work-folder,
/// --candidates, --resume and --device, in a group of their own; and in another what private
/// training has beside them: --pretrain, --private-iterations, --sampling-rate, --clip-norm.
void add_series(CLI::App& app, SeriesOptions& options);

/// The job that was typed; its folder, when none was given, is that of `output`'s name with ".work"
/// behind. Throws Error on impossible values.
SeriesJob series_job(const SeriesOptions& options, const std::string& output, std::uint64_t seed);

/// The seed of the training that --resume goes on with, if there is one.
std::optional<std::uint64_t> seed_to_resume(const SeriesOptions& options,
                                            const std::string& output);

/// Where the job works on a file `output`.
std::filesystem::path series_folder(const SeriesOptions& options, const std::string& output);

/// Removes the folder of a training that is done, unless the user named it.
void clear_work(const SeriesOptions& options, const SeriesJob& job);

}  // namespace tracetwin::cli
