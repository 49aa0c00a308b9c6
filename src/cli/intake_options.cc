#include "cli/intake_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/options.h"
#include "encode/events.h"

namespace tracetwin::cli {
namespace {

/// An option that may be given again, each time with one value.
CLI::Option* add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                          const std::string& description) {
  return app.add_option(name, values, description)->allow_extra_args(false)->take_all();
}

std::optional<Sample> sample_of(const IntakeOptions& options) {
  if (options.sample.empty()) {
    return std::nullopt;
  }
  Sample sample = parse_sample(options.sample);
  if (options.sample_by != "flow" && options.sample_by != "record") {
    throw Error(fmt::format("--sample-by \"{}\" is not known", options.sample_by),
                "Give flow or record.");
  }
  sample.unit = options.sample_by == "flow" ? Sample::Unit::kFlow : Sample::Unit::kRecord;
  sample.seed = options.sample_seed;
  return sample;
}

ReadAs read_as(const IntakeOptions& options) {
  ReadAs as;
  as.format = options.input_format;
  if (!as.format.empty() && format_named(as.format).open_reader == nullptr) {
    throw Error(fmt::format("{} can be written but not read", as.format),
                "See: tracetwin list formats");
  }
  for (const std::string& text : options.columns) {
    as.columns.entries.push_back(parse_column(text));
  }
  check_columns(as.columns);
  return as;
}

}  // namespace

void add_intake(CLI::App& app, IntakeOptions& options) {
  add_repeated(app, "--files", options.files,
               "Of folders and s3:// prefixes, read files of this suffix or pattern only, such as "
               ".pcap.gz or '*.csv'; may be given again")
      ->type_name("PATTERN");
  app.add_option(
         "--input-format", options.input_format,
         "Read files as this; by their content when not given (see: tracetwin list formats)")
      ->type_name("NAME");
  add_repeated(
      app, "--column", options.columns,
      "Where a CSV table or JSON lines have a column: srcip=source.address, ts=time:ms (s, "
      "ms, us or ns), proto:=tcp for all records; may be given again")
      ->type_name("NAME=SOURCE");
  app.add_option(
         "--filter", options.filter,
         "Of captures, read the packets that this lets pass, in libpcap's language, such as "
         "'tcp port 443'")
      ->type_name("FILTER");
  add_repeated(
      app, "--select", options.select,
      "Of flow logs, read the records of which this holds, such as 'dstport in {80,443}' or "
      "'label = scan'; give it again for more conditions")
      ->type_name("CONDITION");
  app.add_option("--sample", options.sample, "Read a sample only, such as 1/10 or 0.1")
      ->type_name("SHARE");
  app.add_option(
         "--sample-by", options.sample_by,
         "What is drawn: flow (a five-tuple, both directions) or record (a packet or record)")
      ->type_name("UNIT")
      ->capture_default_str();
  add_whole(app, "--sample-seed", "Which sample; the same seed draws the same", 0, UINT64_MAX,
            [&options](std::uint64_t seed) { options.sample_seed = seed; })
      ->default_str("0");
}

void add_window_filter(CLI::App& app, IntakeOptions& options) {
  app.add_option("--window", options.window,
                 "Read packets from BEGIN to END, or flow records that start there, RFC 3339")
      ->type_name("BEGIN..END");
}

Intake intake_of(const IntakeOptions& options) {
  Intake intake;
  intake.patterns = options.files;
  intake.read_as = read_as(options);
  intake.choice.packets = options.filter;
  for (const std::string& text : options.select) {
    intake.choice.flows.push_back(parse_where(text));
  }
  if (!options.window.empty()) {
    intake.choice.window = parse_window(options.window);
  }
  intake.choice.sample = sample_of(options);
  return intake;
}

Declarations declarations_of(const std::string& schema_file) {
  return schema_file.empty() ? Declarations() : read_declarations(schema_file);
}

Intake intake_of(const IntakeOptions& options, const Declarations& declarations) {
  Intake intake = intake_of(options);
  if (!declarations.events) {
    return intake;
  }
  if (!intake.read_as.columns.empty()) {
    throw Error("--column is for flows, and the schema file declares a table of events",
                "Leave --column out: columns of events have the names that the file gives them.");
  }
  intake.read_as.columns = event_columns(declarations);
  if (auto& sample = intake.choice.sample) {
    sample->key = declarations.events->key;
    sample->unit = sample->key.empty() ? Sample::Unit::kRecord : sample->unit;
  }
  intake.rewrites = rewrites_of(declarations);
  return intake;
}

namespace {

/// A date alone is its midnight.
std::optional<std::int64_t> moment(const std::string& text) {
  const auto time = parse_rfc3339_ns(text);
  return time ? time : parse_rfc3339_ns(text + "T00:00:00Z");
}

}  // namespace

Window parse_window(const std::string& text) {
  const std::size_t dots = text.find("..");
  const auto begin = moment(text.substr(0, dots));
  const auto end = dots == std::string::npos ? std::nullopt : moment(text.substr(dots + 2));
  const Window window = {begin.value_or(0), end.value_or(0)};
  if (!begin || !end || !window.is_possible()) {
    throw Error(fmt::format("--window \"{}\" is not BEGIN..END", text),
                "Give two RFC 3339 times or dates from 1970 to 2262, the earlier first, such as "
                "2026-03-01T08:00:00Z..2026-03-02.");
  }
  return window;
}

}  // namespace tracetwin::cli
