#include "cli/training_work.h"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/atomic_file.h"
#include "engine/engine.h"

namespace tracetwin::cli {
namespace {

/// Networks are always trained in a folder. What is read from a stream cannot be gone on with.
std::filesystem::path folder_of(const TrainOptions& options, const std::string& output) {
  const bool streams = std::ranges::find(options.inputs, "-") != options.inputs.end();
  const bool networks = engine::engine_named(options.job.engine).kind != engine::Kind::kTables;
  if (!options.series.folder.empty() && !(networks && streams)) {
    return options.series.folder;
  }
  return networks && !streams && !writes_in_place(output) ? series_folder(options.series, output)
                                                          : std::filesystem::path();
}

/// Whether there is nothing but what every work folder has from its beginning.
bool is_unused(const std::filesystem::path& folder) {
  constexpr std::array<std::string_view, 6> kFromTheBeginning = {
      "manifest.json", "parts", "keys", "log", "releases", "seed"};
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (std::ranges::find(kFromTheBeginning, name) == kFromTheBeginning.end()) {
      return false;
    }
  }
  const auto releases = folder / "releases";
  return !std::filesystem::exists(releases, ignored) || work::entries_in(releases) == 0;
}

}  // namespace

UnnamedFolder::~UnnamedFolder() {
  if (named_ || !site_.folder || !site_.ranks.first() || std::uncaught_exceptions() == 0) {
    return;
  }
  try {
    if (is_unused(site_.folder->path())) {
      std::filesystem::remove_all(site_.folder->path());
    }
  } catch (const std::exception&) {  // it stays; what ended the command is what is told
  }
}

WorkRequest training_work(const TrainOptions& options, const std::string& output,
                          const std::string& stream, const SeedOptions& seed) {
  WorkRequest request{folder_of(options, output), options.inputs, stream, seed,
                      seed_to_resume(options.series, output)};
  request.named = !options.series.folder.empty();
  for (const std::string& file : {options.schema_file, options.series.pretraining}) {
    if (!file.empty()) {
      request.inputs.push_back(file);
    }
  }
  return request;
}

TrainJob training_job(const TrainOptions& options, const CommonOptions& common,
                      const std::string& output, const SeedOptions& seed, const Work& work) {
  TrainJob job = training_job(options, common, output, work.seed);
  job.threads = seed.threads;
  job.series.workers = seed.threads;
  job.site = work.site;
  job.series.resume = job.series.resume || (work.site.folder && work.site.folder->goes_on());
  return job;
}

}  // namespace tracetwin::cli
