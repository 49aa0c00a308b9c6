#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/atomic_file.h"
#include "cli/commands.h"
#include "cli/job_json.h"
#include "cli/model_options.h"
#include "cli/skips_json.h"
#include "pipeline/synthesize.h"
#include "trace/io/target.h"

namespace tracetwin::cli {
namespace {

struct Options {
  TrainOptions train;
  SeedOptions seed;
  std::string output;
};

ExitCode run_train(const Options& options, Context& context) {
  check_target(options.output, context.common.force);
  check_json(context.common, options.output);
  // A model holds its seed, so that nobody who wants quiet has to be told.
  const std::uint64_t seed = resolve_seed(options.seed, "", context.console,
                                          seed_to_resume(options.train.series, options.output));
  TrainJob job = training_job(options.train, context.common, options.output, seed);
  job.threads = options.seed.threads;
  TrainSummary summary;
  const TwinModel model = train(job, context.console.progress(), &summary);
  save_model(model, options.output, context.common.force);
  clear_work(options.train.series, job.series);
  note_training(summary, model.schema, context.console);
  note_privacy(model.ledger, unlearned_fields(model), context.console);
  context.console.note(fmt::format("model: {}", options.output));
  if (context.common.json) {
    auto json = training_json(options.train.inputs.front(), summary, model.schema);
    json["model"] = options.output;
    json["seed"] = seed;
    json["privacy"] = privacy_json(model.ledger);
    context.console.out(json_text(json));
  }
  return ExitCode::kDone;
}

}  // namespace

Action define_train(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  add_inputs(app, options->train);
  app.add_option("-o,--output", options->output, "Model file to write (.twin)")->required();
  app.add_flag("-f,--force", common.force, "Replace an output that exists");
  add_json(app, common);
  add_training(app, options->train, common);
  add_seed(app, options->seed);
  return [options](Context& context) { return run_train(*options, context); };
}

}  // namespace tracetwin::cli
