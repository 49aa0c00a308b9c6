#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/atomic_file.h"
#include "base/parallel.h"
#include "base/read_file.h"
#include "base/text.h"
#include "base/usage.h"
#include "cli/commands.h"
#include "cli/evaluation_files.h"
#include "cli/job_json.h"
#include "cli/model_options.h"
#include "cli/skips_json.h"
#include "cli/tune_search.h"
#include "cli/work_options.h"
#include "encode/events.h"
#include "engine/doppelganger/worker.h"
#include "engine/engine.h"
#include "evaluate/page.h"
#include "pipeline/model_file.h"
#include "pipeline/synthesize.h"
#include "trace/io/target.h"

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr double kUsualShare = 0.2;
constexpr std::size_t kMostReported = 5;

struct Options {
  TrainOptions train;
  SeedOptions seed;
  std::string output;
  std::string fidelity;
  std::string space;
  std::string report;
  std::string open_trace;  ///< --public
  double share = kUsualShare;
  std::int64_t max_time_ns = 600 * kSecond;
  std::int64_t train_time_ns = 60 * kSecond;
};

fs::path folder_of(const Options& options) {
  return options.train.series.folder.empty() ? fs::path(options.output + ".work")
                                             : fs::path(options.train.series.folder);
}

bool needs_pilot(const Options& options) {
  return options.train.epsilon && options.open_trace.empty();
}

void check(const Options& options, bool force) {
  if (!options.train.method.empty()) {
    engine::engine_named(options.train.method);
  }
  check_target(options.output, force);
  if (writes_in_place(options.output)) {
    throw Error(fmt::format("{} is no place for a configuration", options.output),
                "Name a file, such as tuned.json.");
  }
  if (!options.report.empty()) {
    check_evaluation_files({options.report, {}}, options.train.inputs, force);
  }
  if (!options.train.intake.sample.empty()) {
    throw Error("tune draws samples of its own, so --sample cannot be given",
                "Write the sample to a file first: tracetwin convert --sample.");
  }
  if (std::ranges::find(options.train.inputs, "-") != options.train.inputs.end()) {
    throw Error("tune reads its trace many times, which a stream does not allow", "Name a file.");
  }
}

std::vector<std::string> inputs_of(const Options& options) {
  std::vector<std::string> inputs = options.train.inputs;
  std::ranges::copy_if(
      std::vector{options.fidelity, options.space, options.open_trace, options.train.schema_file},
      std::back_inserter(inputs), [](const std::string& file) { return !file.empty(); });
  return inputs;
}

/// Options that every candidate has, and those of them that the configuration keeps.
tune::OptionValues kept_options(const TrainOptions& train) {
  tune::OptionValues options = tune::OptionValues::object();
  if (train.epsilon) {
    options["epsilon"] = *train.epsilon;
  }
  if (train.delta) {
    options["delta"] = *train.delta;
  }
  if (!train.unit.empty()) {
    options["unit"] = train.unit;
  }
  if (train.job.rows_of_unit) {
    options["unit-bound"] = *train.job.rows_of_unit;
  }
  return options;
}

tune::OptionValues fixed_options(const TrainOptions& train) {
  tune::OptionValues options = kept_options(train);
  if (!train.window.empty()) {
    options["window"] = train.window;
  }
  if (!train.schema_file.empty()) {
    options["schema"] = train.schema_file;
  }
  return options;
}

/// A model for a part of the budget, and its twin, on which everything is tried; both once.
fs::path pilot_twin(const Options& options, const Work& work, Context& context) {
  const fs::path model_file = folder_of(options) / "pilot.twin";
  std::error_code ignored;
  if (!fs::exists(model_file, ignored)) {
    TrainOptions train_options = options.train;
    train_options.method = "cliquetree";
    TrainJob job = training_job(train_options, context.common, model_file.string(), work.seed);
    job.aside.push_back({"the model that is trained as tuned", 1 - options.share});
    job.site = work.site;
    job.threads = options.seed.threads;
    save_model(train(job, context.console.progress()), model_file, true);
  }
  const TwinModel model = read_model(model_file);
  const fs::path twin =
      folder_of(options) / (model.schema.kind == TraceKind::kPackets ? "pilot.pcap" : "pilot.csv");
  GenerateJob generate;
  generate.seed = work.seed;
  generate.threads = options.seed.threads;
  write_twin(model, generate, {twin, "", true}, context.console.progress());
  context.console.note(
      fmt::format("pilot: {:.3g} % of the budget made a model, whose twin is what "
                  "configurations are tried on",
                  100 * options.share));
  return twin;
}

Bench bench_of(const Options& options, const Work& work, Context& context) {
  Bench bench;
  bench.declarations = declarations_of(options.train.schema_file);
  bench.intake = intake_of(options.train.intake, bench.declarations);
  if (needs_pilot(options)) {
    bench.files = {pilot_twin(options, work, context)};
    bench.intake = {};
    if (bench.declarations.events) {
      bench.intake.read_as.columns = twin_columns(bench.declarations);
    }
    bench.aside = {{"pilot model", options.share}};
  } else {
    const auto places =
        options.open_trace.empty() ? options.train.inputs : std::vector{options.open_trace};
    check_places(places, bench.intake.patterns);
    bench.files = files_at(places, bench.intake.patterns);
  }
  const AnyReader reader = open_files(bench.files, bench.intake);
  const bool flows = std::holds_alternative<std::unique_ptr<FlowReader>>(reader);
  bench.kind = flows ? TraceKind::kFlows : TraceKind::kPackets;
  bench.fixed = fixed_options(options.train);
  bench.folder = folder_of(options) / "trials";
  bench.seed = work.seed;
  fs::create_directories(bench.folder);
  return bench;
}

/// The specification, without what such traces cannot be measured by where nobody asked for it.
tune::Fidelity fidelity_of(const Options& options, const Bench& bench) {
  return options.fidelity.empty()
             ? tune::usual_fidelity(bench.kind == TraceKind::kPackets)
             : tune::parse_fidelity(read_file(options.fidelity), options.fidelity);
}

void keep_what_applies(const Options& options, const evaluate::Result& real,
                       tune::Fidelity& fidelity) {
  if (!options.fidelity.empty()) {
    tune::check_metrics(fidelity, tune::metrics_of(real), options.fidelity);
  }
  const auto ids = tune::metrics_of(real, true);
  const auto lost = std::ranges::find_if(fidelity.metrics, [&](const tune::Wanted& wanted) {
    return std::ranges::find(ids, wanted.metric) == ids.end();
  });
  if (lost != fidelity.metrics.end() && !options.fidelity.empty()) {
    throw Error(fmt::format("{}: {} has no value on this trace", options.fidelity, lost->metric),
                "Leave it out, or take a longer trace.");
  }
  std::erase_if(fidelity.metrics, [&](const tune::Wanted& wanted) {
    return std::ranges::find(ids, wanted.metric) == ids.end();
  });
}

std::vector<tune::Candidate> candidates_of(const Options& options, const Bench& bench) {
  const bool networks = !doppelganger::worker_executable().empty();
  const tune::Offer offer{networks, options.train.epsilon.has_value(),
                          bench.kind == TraceKind::kPackets, options.train.method};
  return options.space.empty() ? tune::usual_candidates(offer)
                               : tune::parse_space(read_file(options.space), options.space, offer);
}

std::string searched_on(const Options& options) {
  if (!options.open_trace.empty()) {
    return fmt::format("the public trace {}; the search spent no budget", options.open_trace);
  }
  if (needs_pilot(options)) {
    return fmt::format(
        "the twin of a private pilot model, which spent {:.3g} % of the budget; the "
        "model is trained with the rest",
        100 * options.share);
  }
  return "the trace itself, without a budget: one half was learned, the other half judged; treat "
         "this file like the trace";
}

tune::Tuned tuned_of(const Options& options, const Bench& bench, Found found) {
  const auto& best = found.leaderboard.front();
  if (!best.score) {
    const auto failed = std::ranges::find_if(
        found.leaderboard, [](const auto& entry) { return !entry.fault.empty(); });
    throw Error(
        failed == found.leaderboard.end()
            ? "the time was over before any configuration was tried"
            : fmt::format("no configuration makes a twin; the first failed: {}", failed->fault),
        failed == found.leaderboard.end() ? "Give a longer --max-time."
                                          : "See whether tracetwin train takes the trace.");
  }
  tune::Tuned tuned;
  tuned.options = best.options;
  tuned.options.update(kept_options(options.train));
  tuned.score = *best.score;
  tuned.fidelity = bench.fidelity;
  tuned.searched_on = searched_on(options);
  if (needs_pilot(options)) {
    const auto budget = budget_of(options.train.epsilon, options.train.delta);
    tuned.pilot = tune::PilotCost{budget->epsilon, budget->delta, options.share};
  }
  tuned.leaderboard = std::move(found.leaderboard);
  tuned.rungs = found.rungs;
  tuned.complete = found.complete;
  tuned.seed = bench.seed;
  return tuned;
}

/// The best twins of the last rung, judged side by side, with the leaderboard on the same page.
void write_report(const Options& options, const Bench& bench, const tune::Tuned& tuned,
                  Context& context) {
  std::vector<evaluate::NamedFile> twins;
  for (const tune::Entry& entry : tuned.leaderboard) {
    const fs::path twin =
        bench.folder / (entry.trial + (bench.kind == TraceKind::kPackets ? ".pcap" : ".csv"));
    if (twins.size() < kMostReported && fs::exists(twin)) {
      twins.push_back({tune::describe(entry.options), twin});
    }
  }
  if (twins.empty()) {
    context.console.insist("No twin of a last rung is there to report on.");
    return;
  }
  evaluate::EvaluateJob job = judging(bench, std::move(twins));
  job.threads = options.seed.threads;
  evaluate::Report report = evaluate::evaluate(job, context.console.progress());
  report.made_by = "tracetwin " TRACETWIN_VERSION;
  nlohmann::ordered_json document = evaluate::to_json(report);
  document["tuning"] = tune::to_json(tuned, report.made_by);
  const auto sink = open_target(options.report, context.common.force);
  sink->write(evaluate::page_of(json_text(document)));
  sink->commit();
  context.console.note(fmt::format("report: {}", options.report));
}

void tell(const Options& options, const tune::Tuned& tuned, Context& context) {
  Console& console = context.console;
  console.note(fmt::format("searched on {}", tuned.searched_on));
  if (!tuned.complete) {
    console.insist("The time was over before all was tried: the best so far was chosen.");
  }
  if (!tuned.score.passes) {
    console.insist(
        fmt::format("No configuration reaches the specification; the best one misses: {}",
                    tune::failures(tuned.score)));
  }
  console.note(
      fmt::format("configuration: {} ({})", options.output, tune::describe(tuned.options)));
  context.console.out(context.common.json
                          ? json_text(tune::to_json(tuned, "tracetwin " TRACETWIN_VERSION))
                          : tune::leaderboard_text(tuned));
}

ExitCode run_tune(const Options& options, Context& context) {
  const auto begin = Clock::now();
  check(options, context.common.force);
  WorkRequest request{folder_of(options), inputs_of(options), options.output, options.seed};
  request.named = !options.train.series.folder.empty();
  const Work work = begin_work(request, context);
  Bench bench = bench_of(options, work, context);
  bench.fidelity = fidelity_of(options, bench);
  const evaluate::Report real = judge_real(bench);
  keep_what_applies(options, real.results.front(), bench.fidelity);
  bench.count = real.real.flows;
  bench.real = real.results.front();

  Search job{bench, candidates_of(options, bench)};
  job.rows = static_cast<double>(real.synthetic.front().flows);
  job.network_seconds = static_cast<double>(options.train_time_ns) / kSecond;
  job.end = begin + std::chrono::nanoseconds(options.max_time_ns);
  job.side_by_side = thread_count(options.seed.threads);
  job.site = work.site;
  job.note = [&](const std::string& sentence) { context.console.note(sentence); };
  context.console.note(
      fmt::format("{} configurations, {} at a time", job.candidates.size(), job.side_by_side));
  tune::Tuned tuned = tuned_of(options, bench, search(job, kEnough));
  tuned.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  tuned.cpu_seconds = cpu_seconds();
  if (!options.report.empty()) {
    write_report(options, bench, tuned, context);
  }
  const auto sink = open_target(options.output, context.common.force);
  sink->write(json_text(tune::to_json(tuned, "tracetwin " TRACETWIN_VERSION)));
  sink->commit();
  finish_work(work);
  if (options.train.series.folder.empty()) {
    std::error_code ignored;
    fs::remove_all(folder_of(options), ignored);
  }
  tell(options, tuned, context);
  return tuned.score.passes || options.fidelity.empty() ? ExitCode::kDone : ExitCode::kAnswerIsNo;
}

void add_search(CLI::App& app, Options& options) {
  app.add_option("--fidelity", options.fidelity,
                 "What a good twin is: metrics, weights, thresholds (docs/tune_and_stream.md)")
      ->type_name("FILE");
  app.add_option("--space", options.space,
                 "What to try, as a list of sets of options; without it the methods with a few "
                 "options each")
      ->type_name("FILE");
  app.add_option("--method,--engine", options.train.method, "Try this method only")
      ->type_name("NAME");
  add_duration(app, "--max-time", options.max_time_ns, "Begin no trial after this time (10m)");
  add_duration(app, "--train-time", options.train_time_ns,
               "Longest training of a network, in the last rung (1m)");
  app.add_option("--report", options.report,
                 "Write the leaderboard and an evaluation of the best here, one HTML file")
      ->type_name("FILE");
}

void add_budget(CLI::App& app, Options& options) {
  app.add_option("-e,--epsilon", options.train.epsilon,
                 "Privacy budget of pilot and model together");
  app.add_option("--delta", options.train.delta, "Probability that the guarantee may fail with");
  app.add_option("--public", options.open_trace,
                 "Search on this trace, which need not be protected, and spend nothing")
      ->type_name("FILE");
  app.add_option("--tune-share", options.share,
                 "Share of the budget for a pilot model, on whose twin the search is done")
      ->check(CLI::Range(0.01, 0.9))
      ->capture_default_str();
  app.add_option("--unit", options.train.unit, "As for train")->type_name("UNIT");
  add_whole(app, "--unit-bound", "As for train", 1, 100'000,
            [&options](std::uint64_t most) { options.train.job.rows_of_unit = most; });
  app.add_option("--window", options.train.window, "As for train")->type_name("WINDOW");
  app.add_option("--schema", options.train.schema_file, "As for train")->type_name("FILE");
}

}  // namespace

Action define_tune(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  add_inputs(app, options->train);
  app.add_option("-o,--output", options->output,
                 "Configuration to write (.json), for --config of train, synthesize and stream")
      ->required();
  app.add_flag("-f,--force", common.force, "Replace an output that exists");
  add_search(app, *options);
  add_budget(app, *options);
  add_json(app, common);
  add_seed(app, options->seed);
  add_work_folder(app, options->train.series.folder);
  add_progress_file(app, common);
  return [options](Context& context) { return run_tune(*options, context); };
}

}  // namespace tracetwin::cli
