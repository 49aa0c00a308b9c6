#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "engine/doppelganger/job.h"

namespace tracetwin::doppelganger {

/// What a worker says while it trains.
struct WorkerReport {
  std::uint64_t iteration = 0;
  std::uint64_t iterations = 0;
  double seconds = 0;
  double per_second = 0;
  double critic = 0;  ///< losses of the last iteration
  double attribute_critic = 0;
  double generator = 0;
  double wasserstein = 0;  ///< critic's mean of real less that of fake samples; private: NaN
  bool done = false;
};

/// Runs the worker executable `tracetwin-neural` on a job, whose folder exists, and waits for it.
/// Reports come from the calling thread, about one a second. Throws Error with the worker's own
/// sentence when it fails, and when there is no such executable: it is looked for where the
/// environment variable TRACETWIN_NEURAL says, beside this program, and in ../libexec/tracetwin of
/// there.
void run_worker(const Job& job, const std::function<void(const WorkerReport&)>& report);

/// The same for a job of any kind, as JSON, in the folder where its files are: `said` gets what the
/// worker says, line by line.
void run_worker(const std::filesystem::path& folder, const nlohmann::ordered_json& job,
                const std::function<void(const nlohmann::json&)>& said);

/// The executable, if there is one.
std::filesystem::path worker_executable();

}  // namespace tracetwin::doppelganger
