#include "cli/work_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <system_error>

#include "base/bytes.h"
#include "base/error.h"
#include "base/farewell.h"

namespace tracetwin::cli {
namespace {

/// Options on which the result does not depend; of the second kind a value follows.
constexpr std::array<std::string_view, 7> kFlags = {"-q", "--quiet", "-v",      "--verbose",
                                                    "-f", "--force", "--resume"};
constexpr std::array<std::string_view, 4> kValued = {"--threads", "--work-folder",
                                                     "--progress-file", "--max-time"};

work::Task task_of(const WorkRequest& request, const Context& context) {
  work::Task task;
  const std::vector<std::string>& typed = context.arguments;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    const std::string name = typed[i].substr(0, typed[i].find('='));
    if (std::ranges::find(kValued, name) != kValued.end()) {
      i += name == typed[i] ? 1 : 0;
    } else if (std::ranges::find(kFlags, typed[i]) == kFlags.end()) {
      task.arguments.push_back(typed[i]);
    }
  }
  if (!task.arguments.empty()) {
    task.command = task.arguments.front();
    task.arguments.erase(task.arguments.begin());
  }
  for (const std::string& input : request.inputs) {
    task.inputs.push_back(work::input_mark(input));
  }
  return task;
}

void check_inputs(const WorkRequest& request, const work::Ranks& ranks) {
  if (!ranks.alone() && std::ranges::find(request.inputs, "-") != request.inputs.end()) {
    throw Error(fmt::format("standard input cannot be read by {} processes", ranks.size()),
                "Name a file that all of them see, or start one process.");
  }
}

/// Opened by the first process, and then by the others.
std::shared_ptr<work::Folder> open_folder(const WorkRequest& request, const work::Task& task,
                                          std::uint64_t& seed, const work::Ranks& ranks) {
  std::shared_ptr<work::Folder> folder;
  Packer packer;
  if (ranks.first()) {
    if (!request.named && !work::kept_seed(request.folder, task)) {
      std::error_code ignored;
      std::filesystem::remove(request.folder / "releases", ignored);
    }
    folder = std::make_shared<work::Folder>(request.folder, task, seed);
    packer.put(folder->seed());
    packer.put(folder->goes_on());
  }
  const std::string told = ranks.from_first(packer.take());
  Unpacker from(told);
  seed = from.get<std::uint64_t>();
  const bool goes_on = from.get<bool>();
  return folder
             ? folder
             : std::make_shared<work::Folder>(work::Folder::joined(request.folder, seed, goes_on));
}

std::uint64_t same_seed(std::uint64_t seed, const work::Ranks& ranks) {
  Packer packer;
  packer.put(seed);
  const std::string told = ranks.from_first(packer.take());
  return Unpacker(told).get<std::uint64_t>();
}

}  // namespace

void add_work_folder(CLI::App& app, std::string& folder) {
  app.add_option("--work-folder", folder,
                 "Keep what is done here (private!), so that the same command goes on where it "
                 "was ended")
      ->type_name("FOLDER");
}

void add_progress_file(CLI::App& app, CommonOptions& common) {
  app.add_option("--progress-file", common.progress_file,
                 "Write how far the work is here, too, as lines of JSON (docs/json.md)")
      ->type_name("FILE");
}

Work begin_work(const WorkRequest& request, Context& context) {
  const work::Ranks& ranks = context.ranks;
  check_inputs(request, ranks);
  Work work{{ranks, nullptr}, 0};
  const auto seed = [&](std::optional<std::uint64_t> known) {
    return request.tells_seed ? resolve_seed(request.seed, request.output, context.console, known)
                              : request.seed.seed.value_or(0);
  };
  if (request.folder.empty()) {
    work.seed = same_seed(seed(request.known), ranks);
    return work;
  }
  const work::Task task = task_of(request, context);
  const auto kept = work::kept_seed(request.folder, task);
  work.seed = seed(kept ? kept : request.known);
  work.site.folder = open_folder(request, task, work.seed, ranks);
  context.console.log_to(request.folder / "log" / fmt::format("rank-{}.jsonl", ranks.rank()),
                         ranks);
  if (work.site.folder->goes_on()) {
    context.console.note(fmt::format("going on with the work in {}", request.folder.string()));
  }
  if (ranks.first()) {
    say_when_ended(
        fmt::format("tracetwin: ended; what was done is kept in {}, where the same "
                    "command goes on (it is private)",
                    request.folder.string()));
  }
  return work;
}

void finish_work(const Work& work) {
  work.site.ranks.barrier();
  if (work.site.folder && work.site.ranks.first()) {
    work.site.folder->finish();
    say_when_ended({});
  }
}

}  // namespace tracetwin::cli
