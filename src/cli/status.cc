#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "cli/commands.h"
#include "cli/skips_json.h"
#include "work/folder.h"
#include "work/log.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string folder;
};

struct Status {
  work::Manifest manifest;
  std::size_t parts = 0;     ///< records of parts that are done
  std::size_t releases = 0;  ///< that privacy noise was drawn for
  std::vector<work::RankState> ranks;
};

std::size_t files_in(const fs::path& folder) {
  std::size_t files = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    files += entry.path().filename().string().starts_with('.') ? 0 : 1;
  }
  return files;
}

Status status_of(const fs::path& folder) {
  Status status{work::read_manifest(folder), files_in(folder / "parts"), 0,
                work::states_in(folder)};
  std::error_code ignored;
  if (fs::exists(folder / "releases", ignored)) {
    status.releases = work::entries_in(folder / "releases");
  }
  return status;
}

/// In one word, how it is.
std::string state_of(const Status& status) {
  if (status.manifest.done) {
    return "done";
  }
  const auto is = [&](auto what) { return std::ranges::any_of(status.ranks, what); };
  if (is([](const auto& rank) { return rank.event == "error"; })) {
    return "failed";
  }
  return is([](const auto& rank) { return rank.lives; }) ? "running" : "not running";
}

std::string text_of(const Status& status) {
  std::string text = fmt::format("tracetwin {}", status.manifest.task.command);
  for (const std::string& argument : status.manifest.task.arguments) {
    text += " " + argument;
  }
  text += fmt::format("\n{}, seed {}\n", state_of(status), status.manifest.seed);
  if (status.parts > 0) {
    text += fmt::format("{} parts are done and kept\n", status.parts);
  }
  if (status.releases > 0) {
    text += fmt::format("{} releases of private counts are paid for and kept\n", status.releases);
  }
  for (const work::RankState& rank : status.ranks) {
    text += fmt::format("rank {} ({}, process {}), heard of at {}: {}\n", rank.rank, rank.host,
                        rank.process, rank.heard,
                        rank.event == "error" ? rank.what
                        : rank.event == "end" ? std::string("done")
                        : rank.now.empty()    ? std::string("began")
                                              : rank.now.front());
    for (std::size_t i = 1; i < rank.now.size() && rank.event == "progress"; ++i) {
      text += fmt::format("  {}\n", rank.now[i]);
    }
  }
  return text;
}

nlohmann::ordered_json json_of(const Status& status) {
  nlohmann::ordered_json json = {{"state", state_of(status)},
                                 {"command", status.manifest.task.command},
                                 {"arguments", status.manifest.task.arguments},
                                 {"seed", status.manifest.seed},
                                 {"parts", status.parts},
                                 {"releases", status.releases},
                                 {"ranks", nlohmann::ordered_json::array()}};
  for (const work::RankState& rank : status.ranks) {
    json["ranks"].push_back({{"rank", rank.rank},
                             {"host", rank.host},
                             {"process", rank.process},
                             {"lives", rank.lives},
                             {"heard", rank.heard},
                             {"event", rank.event},
                             {"error", rank.what},
                             {"stages", rank.now}});
  }
  return json;
}

ExitCode run_status(const Options& options, Context& context) {
  const Status status = status_of(options.folder);
  context.console.out(context.common.json ? json_text(json_of(status)) : text_of(status));
  return ExitCode::kDone;
}

}  // namespace

Action define_status(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("FOLDER", options->folder, "What was named with --work-folder")
      ->type_name("FOLDER")
      ->required();
  add_json(app, common);
  return [options](Context& context) { return run_status(*options, context); };
}

}  // namespace tracetwin::cli
