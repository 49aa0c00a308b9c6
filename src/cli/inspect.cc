#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/model_text.h"
#include "cli/skips_json.h"
#include "cli/trace_summary.h"
#include "pipeline/model_file.h"

namespace tracetwin::cli {
namespace {

struct InspectOptions {
  std::string file;
  std::size_t top = 10;
};

ExitCode inspect_trace(const InspectOptions& options, Context& context) {
  const TraceSummary summary = summarize(open_trace(options.file), context.common.timeouts,
                                         size_of(options.file), context.console.progress());
  context.console.out(context.common.json ? json_text(summary_json(summary, options.top))
                                          : summary_text(summary, options.top));
  return ExitCode::kDone;
}

ExitCode inspect_model(const InspectOptions& options, Context& context) {
  const TwinModel model = read_model(options.file);
  context.console.out(context.common.json ? json_text(manifest_of(model)) : model_text(model));
  return ExitCode::kDone;
}

}  // namespace

Action define_inspect(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<InspectOptions>();
  app.add_option("FILE", options->file,
                 "Capture, flow log (packed or not) or model file; - is standard input")
      ->required();
  app.add_option("--top", options->top, "How many hosts to name, and values with --json")
      ->type_name("N")
      ->capture_default_str();
  add_json(app, common);
  add_timeouts(app, common);
  return [options](Context& context) {
    return looks_like_model(options->file) ? inspect_model(*options, context)
                                           : inspect_trace(*options, context);
  };
}

}  // namespace tracetwin::cli
