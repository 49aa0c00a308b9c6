#pragma once

#include <string>

#include "cli/work_options.h"

namespace tracetwin::cli {

/// Where training works: in the folder that was named, or for networks in one beside `output`.
/// `stream`: what resolve_seed() is to know of the output.
WorkRequest training_work(const TrainOptions& options, const std::string& output,
                          const std::string& stream, const SeedOptions& seed);

/// The job that was typed, done there. What the folder has of the same training is gone on with.
TrainJob training_job(const TrainOptions& options, const CommonOptions& common,
                      const std::string& output, const SeedOptions& seed, const Work& work);

/// While a command works in a folder that the user did not name: takes it away again when an Error
/// ends the command before anything was done there.
class UnnamedFolder {
 public:
  UnnamedFolder(const TrainOptions& options, const Work& work)
      : named_(!options.series.folder.empty()), site_(work.site) {}
  UnnamedFolder(const UnnamedFolder&) = delete;
  UnnamedFolder& operator=(const UnnamedFolder&) = delete;
  ~UnnamedFolder();

 private:
  bool named_;
  work::Site site_;
};

}  // namespace tracetwin::cli
