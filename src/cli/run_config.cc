#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/model_options.h"
#include "cli/skips_json.h"
#include "netshare/read_run.h"
#include "pipeline/run_plan.h"

namespace tracetwin::cli {
namespace {

struct Options {
  std::string config;
  std::string folder;
  std::int64_t max_time_ns = 0;
  std::optional<double> epsilon;
  std::optional<double> delta;
  std::string pretraining;
  RunJob job;
};

constexpr const char* kMoreHelp =
    "Reads configuration files of NetShare, of all its generations, unchanged; what becomes of "
    "each\n"
    "key is told first (docs/netshare_configs.md). Training is private data: so is models/ in the\n"
    "work folder.\n"
    "\n"
    "Examples:\n"
    "  tracetwin run config_example_netflow_nodp.json --work-folder results\n"
    "  tracetwin run config.json --work-folder results --resume --max-train-time 30m";

const char* word_of(netshare::NoteKind kind) {
  switch (kind) {
    case netshare::NoteKind::kIgnored:
      return "ignored";
    case netshare::NoteKind::kTranslated:
      return "translated";
    case netshare::NoteKind::kUnknown:
      return "unknown";
    case netshare::NoteKind::kRemark:
      break;
  }
  return "remark";
}

void tell_plan(const netshare::RunPlan& plan, Console& console) {
  console.note(fmt::format("configuration: {}", fmt::join(plan.files, " over ")));
  console.note(fmt::format("{} chunk{}, {} grid point{}", plan.n_chunks,
                           plan.n_chunks == 1 ? "" : "s", plan.points.size(),
                           plan.points.size() == 1 ? "" : "s"));
  for (const netshare::Note& note : plan.notes) {
    const std::string line = fmt::format("{} {}: {}", word_of(note.kind), note.key, note.text);
    if (note.kind == netshare::NoteKind::kUnknown) {
      console.insist(line);
    } else {
      console.note(line);
    }
  }
}

ExitCode run_config(const Options& options, Context& context) {
  RunJob job = options.job;
  job.folder = options.folder;
  job.max_seconds = static_cast<double>(options.max_time_ns) / 1e9;
  job.budget = budget_of(options.epsilon, options.delta);
  if (!options.pretraining.empty()) {
    job.pretraining = options.pretraining;
  }
  const netshare::RunPlan plan = netshare::read_run(options.config);
  tell_plan(plan, context.console);
  const RunResult result = execute(plan, job, context.console.progress());
  for (const std::string& remark : result.remarks) {
    context.console.note("remark: " + remark);
  }
  for (const auto& twin : result.twins) {
    context.console.note("twin: " + twin.string());
  }
  context.console.note("best: " + result.best.string());
  if (context.common.json) {
    nlohmann::ordered_json json = {{"work_folder", result.folder.string()},
                                   {"twins", nlohmann::ordered_json::array()},
                                   {"best", result.best.string()},
                                   {"remarks", result.remarks}};
    for (const auto& twin : result.twins) {
      json["twins"].push_back(twin.string());
    }
    context.console.out(json_text(json));
  }
  return ExitCode::kDone;
}

}  // namespace

Action define_run(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("CONFIG", options->config, "Configuration file of NetShare (.json, .yaml)")
      ->required();
  app.add_option("--work-folder", options->folder, "Where all results go; wins over the file's")
      ->type_name("FOLDER");
  app.add_flag("--resume", options->job.resume, "Go on with what is in the work folder");
  add_duration(app, "--max-train-time", options->max_time_ns,
               "Stop training a grid point after this time and take what there is");
  app.add_option("--device", options->job.device, "cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("-e,--epsilon", options->epsilon,
                 "Privacy budget of all private grid points together; the noise follows from it");
  app.add_option(
      "--delta", options->delta,
      fmt::format("Probability that the guarantee may fail with [{}]", dp::kDefaultDelta));
  app.add_option("--pretrain", options->pretraining,
                 "Public trace that private grid points train on first")
      ->type_name("FILE");
  add_whole(
      app, "--threads", "Threads to use; 0 means all processors", 0, 1024,
      [options](std::uint64_t threads) { options->job.threads = static_cast<unsigned>(threads); })
      ->default_str("0");
  add_json(app, common);
  app.footer(kMoreHelp);
  return [options](Context& context) { return run_config(*options, context); };
}

}  // namespace tracetwin::cli
