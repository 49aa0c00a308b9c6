#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/model_options.h"
#include "pipeline/model_file.h"
#include "pipeline/write_twin.h"

namespace tracetwin::cli {
namespace {

struct Options {
  std::string model;
  std::string output;
  std::optional<std::uint64_t> count;
  SeedOptions seed;
};

ExitCode run_generate(const Options& options, Context& context) {
  const TwinModel model = read_model(options.model);
  const TwinOutput output{options.output, context.common.format, context.common.force};
  check_twin_output(output, model.schema.kind);
  const GenerateJob job{options.count, resolve_seed(options.seed, context.console),
                        options.seed.threads};
  note_written(write_twin(model, job, output, context.console.progress()), output, context.console);
  note_privacy(model.ledger, context.console);
  return ExitCode::kDone;
}

}  // namespace

Action define_generate(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "Model file (.twin)")->required();
  app.add_option("-o,--output", options->output, "Trace to write; - is standard output")
      ->required();
  add_count(app, options->count);
  add_output(app, common);
  add_seed(app, options->seed);
  return [options](Context& context) { return run_generate(*options, context); };
}

}  // namespace tracetwin::cli
