#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "base/text.h"

namespace tracetwin::cli {

void add_verbosity(CLI::App& app, CommonOptions& common) {
  app.add_flag("-q,--quiet", common.quiet, "Say nothing but errors");
  app.add_flag("-v,--verbose", common.verbose, "Say more");
}

void add_json(CLI::App& app, CommonOptions& common) {
  app.add_flag("--json", common.json, "Write one JSON object instead of text");
}

void add_output(CLI::App& app, CommonOptions& common) {
  app.add_flag("-f,--force", common.force, "Replace an output that exists");
  app.add_option("--format", common.format,
                 "Format of the output; by its suffix when not given (see: tracetwin list formats)")
      ->type_name("NAME");
}

CLI::Option* add_whole(CLI::App& app, const std::string& name, const std::string& description,
                       std::uint64_t low, std::uint64_t high,
                       const std::function<void(std::uint64_t)>& take) {
  const auto parse = [name, low, high, take](const std::string& text) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number);
    if (fault != std::errc() || stop != end || number < low || number > high) {
      throw CLI::ValidationError(
          name.substr(name.rfind(',') + 1),
          fmt::format("'{}' is not a whole number from {} to {}", text, low, high));
    }
    take(number);
  };
  return app.add_option_function<std::string>(name, parse, description)->type_name("N");
}

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::int64_t& duration_ns,
                          const std::string& description) {
  const auto take = [name, &duration_ns](const std::string& text) {
    const auto parsed = parse_duration_ns(text);
    if (!parsed || *parsed <= 0) {
      throw CLI::ValidationError(
          name, fmt::format("'{}' is not a duration such as 250ms, 15s or 1h30m", text));
    }
    duration_ns = *parsed;
  };
  return app.add_option_function<std::string>(name, take, description)->type_name("DURATION");
}

void add_timeouts(CLI::App& app, CommonOptions& common) {
  add_duration(app, "--idle-timeout", common.timeouts.idle_ns, "Silence that ends a flow (60s)");
  add_duration(app, "--active-timeout", common.timeouts.active_ns, "Longest life of a flow (30m)");
}

}  // namespace tracetwin::cli
