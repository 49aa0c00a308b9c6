#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/conversion.h"
#include "cli/files.h"
#include "cli/intake_options.h"
#include "cli/job_json.h"
#include "cli/skips_json.h"
#include "cli/skips_text.h"
#include "trace/io/target.h"

namespace tracetwin::cli {
namespace {

struct ConvertOptions {
  std::vector<std::string> places;  ///< as typed: what to read, then the output
  std::vector<std::string> inputs;
  std::string output;
  IntakeOptions intake;
};

constexpr const char* kMoreHelp =
    "Captures are copied frame by frame, with their bytes. Packets become flows by --idle-timeout\n"
    "and --active-timeout: connections of both directions in a Zeek log, one record a direction "
    "in\n"
    "a flow CSV, in order of their ends. A packet CSV becomes Ethernet frames with zeros for\n"
    "payload. Outputs named .gz or .zst are packed.\n"
    "\n"
    "Examples:\n"
    "  tracetwin convert trace.pcapng.gz trace.pcap\n"
    "  tracetwin convert trace.pcap flows.csv --format flow-csv\n"
    "  tracetwin convert captures/ web.pcap --files .pcap.gz --filter 'tcp port 443'\n"
    "  tracetwin convert events.jsonl flows.csv --column srcip=src.addr --column ts=time:ms\n"
    "  tracetwin convert conn.log - --format flow-csv | head";

const Format& writable_format_named(const std::string& name) {
  const Format& format = format_named(name);
  if (format.open_writer == nullptr) {
    throw Error(fmt::format("{} can be read but not written", name), "See: tracetwin list formats");
  }
  return format;
}

const Format& output_format(const ConvertOptions& options, const std::string& named,
                            const AnyReader& reader) {
  if (!named.empty()) {
    return writable_format_named(named);
  }
  if (options.output == "-") {
    throw Error("standard output has no suffix that tells its format",
                "Add --format NAME (see: tracetwin list formats).");
  }
  const bool flows = std::holds_alternative<std::unique_ptr<FlowReader>>(reader);
  return format_for_output(options.output, flows ? TraceKind::kFlows : TraceKind::kPackets);
}

void tell(const Conversion& done, const ConvertOptions& options, const Target& target,
          Console& console) {
  const auto& source = done.source;
  console.note(fmt::format("{}: read {} {} ({}{}{})", printable(source.name),
                           with_thousands(done.read), done.read_unit, source.format,
                           source.compression.empty() ? "" : ", ", source.compression));
  console.note(fmt::format("{}: wrote {} {} ({})",
                           options.output == "-" ? "standard output" : printable(options.output),
                           with_thousands(done.written), done.written_unit, target.format.name));
  const bool lines = source.link_types.empty();
  console.note_block(skips_text("Skipped", done.skipped, lines ? "first line" : "first packet"));
  console.note_block(skips_text("Changed", done.changed, "first packet"));
}

/// The last of the places is the output, the others are read.
void take_places(ConvertOptions& options) {
  if (options.places.size() < 2) {
    throw Error("OUT is missing: convert needs what to read and what to write",
                "See: tracetwin convert --help");
  }
  options.output = options.places.back();
  options.inputs.assign(options.places.begin(), options.places.end() - 1);
}

ExitCode convert(ConvertOptions options, Context& context) {
  take_places(options);
  const CommonOptions& common = context.common;
  if (!common.format.empty()) {
    writable_format_named(common.format);
  }
  check_target(options.output, common.force);
  check_json(common, options.output);
  const Intake intake = intake_of(options.intake);
  const auto files = files_at(options.inputs, intake.patterns);
  AnyReader reader = open_files(files, intake);
  const Target target = {output_format(options, common.format, reader), options.output,
                         common.force};
  const Conversion done = convert_trace(std::move(reader), target, common.timeouts, size_of(files),
                                        context.console.progress());
  tell(done, options, target, context.console);
  if (common.json) {
    context.console.out(json_text(conversion_json(done, target)));
  }
  return ExitCode::kDone;
}

}  // namespace

Action define_convert(CLI::App& app, CommonOptions& common) {
  const auto options = std::make_shared<ConvertOptions>();
  app.add_option(
         "IN", options->places,
         "Traces in any format that can be read, then OUT, the file to write: files, folders, "
         "s3://BUCKET/NAME, - for standard input and output. Several are one trace, in the "
         "order given")
      ->type_name("... OUT")
      ->required();
  add_intake(app, options->intake);
  add_window_filter(app, options->intake);
  add_output(app, common);
  add_json(app, common);
  add_timeouts(app, common);
  app.footer(kMoreHelp);
  return [options](Context& context) { return convert(*options, context); };
}

}  // namespace tracetwin::cli
