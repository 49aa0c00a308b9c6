#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/intake_options.h"
#include "cli/model_text.h"
#include "cli/shipped_models.h"
#include "cli/skips_json.h"
#include "cli/trace_summary.h"
#include "pipeline/model_file.h"

namespace tracetwin::cli {
namespace {

constexpr std::uint64_t kMostTop = 1'000'000;

struct InspectOptions {
  std::vector<std::string> places;
  IntakeOptions intake;
  std::size_t top = 10;
};

ExitCode inspect_trace(AnyReader reader, std::uint64_t bytes, std::size_t top, Context& context) {
  const TraceSummary summary =
      summarize(std::move(reader), context.common.timeouts, bytes, context.console.progress());
  context.console.out(context.common.json ? json_text(summary_json(summary, top))
                                          : summary_text(summary, top));
  return ExitCode::kDone;
}

ExitCode inspect_model(const TwinModel& model, Context& context) {
  context.console.out(context.common.json ? json_text(manifest_of(model)) : model_text(model));
  return ExitCode::kDone;
}

/// One file may be a model, which is told by its content.
ExitCode inspect_file(const std::filesystem::path& file, const Intake& intake, std::size_t top,
                      Context& context) {
  SourceInfo info;
  info.name = shown_name(file);
  Buffered input(open_source(file, &info.compression));
  if (looks_like_model(input)) {
    return inspect_model(read_model(std::move(input), info.name), context);
  }
  AnyReader reader = open_trace(std::move(input), info, intake.read_as);
  return inspect_trace(chosen(std::move(reader), intake.choice), size_of(file), top, context);
}

ExitCode inspect(InspectOptions options, Context& context) {
  options.places.front() = model_path(options.places.front());
  const Intake intake = intake_of(options.intake);
  const auto files = files_at(options.places, intake.patterns);
  return files.size() == 1
             ? inspect_file(files.front(), intake, options.top, context)
             : inspect_trace(open_files(files, intake), size_of(files), options.top, context);
}

}  // namespace

Action define_inspect(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<InspectOptions>();
  app.add_option(
         "FILE", options->places,
         "Capture, flow log (packed or not), folder of such, s3://BUCKET/NAME, or model file; "
         "- is standard input. Several are one trace")
      ->required();
  add_intake(app, options->intake);
  add_window_filter(app, options->intake);
  add_whole(app, "--top", "How many hosts to name, and values with --json", 0, kMostTop,
            [options](std::uint64_t top) { options->top = top; })
      ->default_str(std::to_string(options->top));
  add_json(app, common);
  add_timeouts(app, common);
  return [options](Context& context) { return inspect(*options, context); };
}

}  // namespace tracetwin::cli
