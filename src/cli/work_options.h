#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/model_options.h"
#include "work/site.h"

namespace tracetwin::cli {

/// --work-folder, for commands that do not train.
void add_work_folder(CLI::App& app, std::string& folder);
/// --progress-file.
void add_progress_file(CLI::App& app, CommonOptions& common);

/// What a command asks of the place where it works.
struct WorkRequest {
  std::filesystem::path folder;     ///< empty: nothing is kept
  std::vector<std::string> inputs;  ///< files that the result depends on
  std::string output;               ///< for resolve_seed()
  SeedOptions seed;
  std::optional<std::uint64_t> known = {};  ///< seed of earlier work, where none is typed
  bool tells_seed = true;
  /// The user named the folder. In one that nobody named, other work makes way even when noise was
  /// drawn for it: nobody has seen it, and whoever wants to go on runs the same command.
  bool named = true;
};

/// Where a command works, and the seed that all its processes have in common.
struct Work {
  work::Site site;
  std::uint64_t seed = 0;
};

/// Opens the folder, or goes on with what is in it, and tells the user the seed; from now on the
/// console's progress is kept in the folder, too. Throws Error when an input is missing or is
/// standard input, which several processes cannot read, nor one process twice.
Work begin_work(const WorkRequest& request, Context& context);

/// All is written: what was kept on the way is not needed any more.
void finish_work(const Work& work);

}  // namespace tracetwin::cli
