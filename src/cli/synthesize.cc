#include "pipeline/synthesize.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/evaluation_files.h"
#include "cli/job_json.h"
#include "cli/model_options.h"
#include "cli/skips_json.h"
#include "cli/training_work.h"
#include "pipeline/judge_events.h"

namespace tracetwin::cli {
namespace {

struct Options {
  TrainOptions train;
  SeedOptions seed;
  std::string output;
  std::string model;
  std::string report;
  std::optional<std::uint64_t> count;
  SelectionOptions selection;
};

/// The report reads both traces again, so neither may be a stream.
void check_report(const Options& options, bool force) {
  if (options.report.empty()) {
    return;
  }
  if (options.train.inputs.front() == "-" || writes_in_place(options.output)) {
    throw Error("--report reads the trace and its twin again, and a stream cannot be read twice",
                "Name files for both, or leave --report out.");
  }
  if (options.train.inputs.size() > 1) {
    throw Error("--report compares the twin with one file, and there are several",
                "Join them into one file, or leave --report out.");
  }
  check_evaluation_files({options.report, {}}, {options.train.inputs.front(), options.output},
                         force);
}

void write_report(const Options& options, const Work& work, Context& context) {
  evaluate::EvaluateJob job;
  job.real = options.train.inputs.front();
  job.open_real =
      opener_of(intake_of(options.train.intake, declarations_of(options.train.schema_file)));
  judge_events(declarations_of(options.train.schema_file), job);
  job.synthetic = {{"twin", options.output}};
  job.seed = work.seed;
  job.threads = options.seed.threads;
  job.site.ranks = work.site.ranks;
  evaluate_to_files(job, {options.report, {}}, context.common.force, context.console.progress());
  context.console.note("The report " + options.report +
                       " compares the twin with the real trace and is not private.");
}

ExitCode run_synthesize(const Options& options, Context& context) {
  SynthesizeJob job;
  check_json(context.common, options.output);
  check_report(options, context.common.force);
  const Selection selection = selection_of(options.selection);
  const Work work = begin_work(
      training_work(options.train, options.output, options.output, options.seed), context);
  const UnnamedFolder unnamed(options.train, work);
  const std::uint64_t seed = work.seed;
  note_method(options.train, context.console);
  job.train = training_job(options.train, context.common, options.output, options.seed, work);
  job.generate = {options.count, seed, options.seed.threads, selection, work.site};
  job.output = {options.output, context.common.format, context.common.force};
  if (!options.model.empty()) {
    job.model = options.model;
  }
  const SynthesizeResult result = synthesize(job, context.console.progress());
  finish_work(work);
  if (work.site.ranks.first()) {
    clear_work(options.train.series, job.train.series);
  }
  note_training(result.trained, result.schema, context.console);
  note_written(result.written, job.output, context.console);
  note_bounds(result.schema, result.ledger, context.console);
  note_privacy(result.ledger, result.unlearned, context.console);
  if (!options.report.empty()) {
    write_report(options, work, context);
  }
  if (context.common.json) {
    auto json = training_json(options.train.inputs.front(), result.trained, result.schema);
    json["output"] = output_json(result.written, job.output, job.generate.selection);
    json["model"] = job.model ? nlohmann::ordered_json(options.model) : nullptr;
    json["seed"] = seed;
    json["privacy"] = privacy_json(result.ledger);
    context.console.out(json_text(json));
  }
  return ExitCode::kDone;
}

}  // namespace

Action define_synthesize(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  add_inputs(app, options->train);
  app.add_option("-o,--output", options->output, "Twin to write; - is standard output")->required();
  app.add_option("--model", options->model, "Keep the model in this file, too (.twin)")
      ->type_name("FILE");
  app.add_option("--report", options->report,
                 "Evaluate the twin and write the report here, one HTML file; not private")
      ->type_name("FILE");
  add_count(app, options->count);
  add_selection(app, options->selection);
  add_output(app, common);
  add_json(app, common);
  add_training(app, options->train, common);
  add_config(app, options->train);
  add_seed(app, options->seed);
  add_progress_file(app, common);
  return [options](Context& context) { return run_synthesize(*options, context); };
}

}  // namespace tracetwin::cli
