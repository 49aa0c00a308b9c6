#include "cli/config_arguments.h"

#include <algorithm>
#include <string_view>

#include "tune/tuned.h"

namespace tracetwin::cli {
namespace {

constexpr std::string_view kConfig = "--config";
constexpr std::string_view kNetwork = "network.";

/// The file behind --config, or nothing.
std::string config_in(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == kConfig && i + 1 < arguments.size()) {
      return arguments[i + 1];
    }
    if (arguments[i].starts_with("--config=")) {
      return arguments[i].substr(kConfig.size() + 1);
    }
  }
  return "";
}

bool is_typed(const std::string& option, const std::vector<std::string>& arguments) {
  std::vector<std::string> names = {"--" + option};
  if (option == "epsilon") {
    names.emplace_back("-e");
  } else if (option == "method") {
    names.emplace_back("--engine");
  }
  return std::ranges::any_of(arguments, [&](const std::string& argument) {
    return std::ranges::find(names, argument.substr(0, argument.find('='))) != names.end();
  });
}

}  // namespace

std::vector<std::string> with_config(std::vector<std::string> arguments) {
  const std::string file = config_in(arguments);
  if (file.empty()) {
    return arguments;
  }
  tune::OptionValues missing = tune::OptionValues::object();
  const tune::Config config = tune::read_config(file);
  for (const auto& [name, value] : config.options.items()) {
    // Of the networks' keys the last one typed counts, so theirs go first.
    if (name.starts_with(kNetwork) || !is_typed(name, arguments)) {
      missing[name] = value;
    }
  }
  const auto behind = std::ranges::find_if(
      arguments, [](const std::string& argument) { return !argument.starts_with('-'); });
  const std::vector<std::string> put = tune::arguments_of(missing);
  arguments.insert(behind == arguments.end() ? behind : behind + 1, put.begin(), put.end());
  return arguments;
}

}  // namespace tracetwin::cli
