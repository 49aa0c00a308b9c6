#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/model_text.h"
#include "cli/shipped_models.h"
#include "cli/skips_json.h"
#include "cli/trace_summary.h"
#include "pipeline/model_file.h"

namespace tracetwin::cli {
namespace {

constexpr std::uint64_t kMostTop = 1'000'000;

struct InspectOptions {
  std::string file;
  std::size_t top = 10;
};

ExitCode inspect_trace(AnyReader reader, const InspectOptions& options, Context& context) {
  const TraceSummary summary = summarize(std::move(reader), context.common.timeouts,
                                         size_of(options.file), context.console.progress());
  context.console.out(context.common.json ? json_text(summary_json(summary, options.top))
                                          : summary_text(summary, options.top));
  return ExitCode::kDone;
}

ExitCode inspect_model(const TwinModel& model, Context& context) {
  context.console.out(context.common.json ? json_text(manifest_of(model)) : model_text(model));
  return ExitCode::kDone;
}

ExitCode inspect(InspectOptions options, Context& context) {
  options.file = model_path(options.file);
  SourceInfo info;
  info.name = shown_name(options.file);
  Buffered input(open_source(options.file, &info.compression));
  return looks_like_model(input)
             ? inspect_model(read_model(std::move(input), info.name), context)
             : inspect_trace(open_trace(std::move(input), info), options, context);
}

}  // namespace

Action define_inspect(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<InspectOptions>();
  app.add_option("FILE", options->file,
                 "Capture, flow log (packed or not) or model file; - is standard input")
      ->required();
  add_whole(app, "--top", "How many hosts to name, and values with --json", 0, kMostTop,
            [options](std::uint64_t top) { options->top = top; })
      ->default_str(std::to_string(options->top));
  add_json(app, common);
  add_timeouts(app, common);
  return [options](Context& context) { return inspect(*options, context); };
}

}  // namespace tracetwin::cli
