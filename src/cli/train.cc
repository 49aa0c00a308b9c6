#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/atomic_file.h"
#include "cli/commands.h"
#include "cli/job_json.h"
#include "cli/model_options.h"
#include "cli/skips_json.h"
#include "cli/training_work.h"
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
  const Work work =
      begin_work(training_work(options.train, options.output, "", options.seed), context);
  const UnnamedFolder unnamed(options.train, work);
  const std::uint64_t seed = work.seed;
  note_method(options.train, context.console);
  const TrainJob job =
      training_job(options.train, context.common, options.output, options.seed, work);
  TrainSummary summary;
  const TwinModel model = train(job, context.console.progress(), &summary);
  work.site.ranks.barrier();  // all have seen that there is no output yet
  if (work.site.ranks.first()) {
    save_model(model, options.output, context.common.force);
  }
  finish_work(work);
  if (work.site.ranks.first()) {
    clear_work(options.train.series, job.series);
  }
  note_training(summary, model.schema, context.console);
  note_bounds(model.schema, model.ledger, context.console);
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
  add_config(app, options->train);
  add_seed(app, options->seed);
  add_progress_file(app, common);
  return [options](Context& context) { return run_train(*options, context); };
}

}  // namespace tracetwin::cli
