#include "audit/audit.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "audit/fixture.h"
#include "cli/commands.h"
#include "cli/model_options.h"
#include "cli/skips_json.h"

namespace tracetwin::cli {
namespace {

struct Options {
  TrainOptions train;
  SeedOptions seed;
  audit::AuditJob job;
  bool quick = false;
};

ExitCode run_audit(const Options& options, Context& context) {
  audit::AuditJob job = options.job;
  const std::uint64_t seed = resolve_seed(options.seed, "", context.console);
  job.train = training_job(options.train, context.common, "audit", seed);
  job.train.threads = options.seed.threads;
  if (options.quick) {
    job.runs = 100;
    job.repeats = 1;
  }
  const audit::AuditReport report = audit::audit(job, context.console.progress());
  if (context.common.json) {
    context.console.out(json_text(report.to_json()));
  } else {
    context.console.out(fmt::format("{}\n", fmt::join(report.lines(), "\n")));
  }
  return report.passed() ? ExitCode::kDone : ExitCode::kAnswerIsNo;
}

std::string fixtures_help() {
  std::string text = "What to attack:";
  for (const auto& fixture : audit::fixtures()) {
    text += fmt::format("\n{} ({}{})", fixture.name, fixture.summary,
                        fixture.must_fail ? "; must fail" : "");
  }
  return text;
}

}  // namespace

Action define_audit(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  audit::AuditJob& job = options->job;
  app.add_option(
      "FILE", options->train.job.input,
      "Trace to attack with; without one, a worst case is made up (its flows start within "
      "2026-01-01T00:00:00Z..2026-01-01T01:00:00Z)");
  app.add_option("--runs", job.runs, "Trainings with the canary, and as many without, a repeat")
      ->check(CLI::Range(8, 10'000'000))
      ->capture_default_str();
  app.add_option("--repeats", job.repeats, "Repeats of the game")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--records", job.records,
                 "Records (captures: conversations) the game is played on")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("--confidence", job.confidence, "Of every interval")
      ->check(CLI::Range(0.5, 1 - 1e-9))
      ->capture_default_str();
  app.add_option("--fixture", job.fixture, fixtures_help())
      ->type_name("NAME")
      ->capture_default_str();
  app.add_flag("--quick", options->quick, "100 runs, once: finds gross errors only");
  add_json(app, common);
  add_training(app, options->train, common);
  add_seed(app, options->seed);
  return [options](Context& context) { return run_audit(*options, context); };
}

}  // namespace tracetwin::cli
