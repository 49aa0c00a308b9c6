#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/job_json.h"
#include "cli/model_options.h"
#include "cli/shipped_models.h"
#include "cli/skips_json.h"
#include "cli/work_options.h"
#include "pipeline/model_file.h"
#include "pipeline/synthesize.h"
#include "pipeline/write_twin.h"

namespace tracetwin::cli {
namespace {

struct Options {
  std::string model;
  std::string output;
  std::optional<std::uint64_t> count;
  SeedOptions seed;
  SelectionOptions selection;
  std::string folder;
};

/// --force is no leave to lose the model.
void check_not_model(const Options& options) {
  std::error_code ignored;
  if (std::filesystem::equivalent(options.model, options.output, ignored)) {
    throw Error(fmt::format("{} is the model itself", options.output),
                "Give the twin another name.");
  }
}

ExitCode run_generate(const Options& options, Context& context) {
  check_json(context.common, options.output);
  check_not_model(options);
  Selection selection = selection_of(options.selection);
  const TwinModel model = read_model(model_path(options.model));
  const TwinOutput output{options.output, context.common.format, context.common.force};
  check_twin_output(output, model.schema.kind, model.schema.events.has_value());
  const Work work = begin_work(
      {options.folder, {model_path(options.model)}, options.output, options.seed, std::nullopt},
      context);
  const std::uint64_t seed = work.seed;
  const GenerateJob job{options.count, seed, options.seed.threads, std::move(selection), work.site};
  const TwinCounts written = write_twin(model, job, output, context.console.progress());
  finish_work(work);
  note_written(written, output, context.console);
  note_privacy(model.ledger, unlearned_fields(model), context.console);
  if (context.common.json) {
    nlohmann::ordered_json json = {{"model", options.model}};
    json["output"] = output_json(written, output, job.selection);
    json["seed"] = seed;
    json["privacy"] = privacy_json(model.ledger);
    context.console.out(json_text(json));
  }
  return ExitCode::kDone;
}

}  // namespace

Action define_generate(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model,
                 "Model file (.twin), or the name of one of tracetwin list models; - is "
                 "standard input")
      ->required();
  app.add_option("-o,--output", options->output, "Trace to write; - is standard output")
      ->required();
  add_count(app, options->count);
  add_selection(app, options->selection);
  add_output(app, common);
  add_json(app, common);
  add_seed(app, options->seed);
  add_work_folder(app, options->folder);
  add_progress_file(app, common);
  return [options](Context& context) { return run_generate(*options, context); };
}

}  // namespace tracetwin::cli
