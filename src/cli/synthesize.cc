#include "pipeline/synthesize.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/job_json.h"
#include "cli/model_options.h"
#include "cli/skips_json.h"

namespace tracetwin::cli {
namespace {

struct Options {
  TrainOptions train;
  SeedOptions seed;
  std::string output;
  std::string model;
  std::optional<std::uint64_t> count;
  SelectionOptions selection;
};

ExitCode run_synthesize(const Options& options, Context& context) {
  SynthesizeJob job;
  check_json(context.common, options.output);
  const std::uint64_t seed = resolve_seed(options.seed, options.output, context.console);
  job.train = training_job(options.train, context.common, seed);
  job.train.threads = options.seed.threads;
  job.generate = {options.count, seed, options.seed.threads, selection_of(options.selection)};
  job.output = {options.output, context.common.format, context.common.force};
  if (!options.model.empty()) {
    job.model = options.model;
  }
  const SynthesizeResult result = synthesize(job, context.console.progress());
  note_training(result.trained, result.schema, context.console);
  note_written(result.written, job.output, context.console);
  note_privacy(result.ledger, context.console);
  if (context.common.json) {
    auto json = training_json(options.train.job.input, result.trained, result.schema);
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
  app.add_option("FILE", options->train.job.input, "Trace to learn; - is standard input")
      ->required();
  app.add_option("-o,--output", options->output, "Twin to write; - is standard output")->required();
  app.add_option("--model", options->model, "Keep the model in this file, too (.twin)")
      ->type_name("FILE");
  add_count(app, options->count);
  add_selection(app, options->selection);
  add_output(app, common);
  add_json(app, common);
  add_training(app, options->train, common);
  add_seed(app, options->seed);
  return [options](Context& context) { return run_synthesize(*options, context); };
}

}  // namespace tracetwin::cli
