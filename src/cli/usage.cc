#include "cli/usage.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <vector>

#include "base/text.h"
#include "cli/command.h"

namespace tracetwin::cli {
namespace {

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto& command : commands()) {
    names.emplace_back(command.name);
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const auto near = nearest(word, candidates);
  return near ? fmt::format(", did you mean '{}'?", *near) : "";
}

/// The first argument that nothing took, if any: an option before anything else, but a word where
/// a command should be before its options.
std::string unknown_argument(const CLI::App& app, bool is_top) {
  const auto rest = app.remaining(true);
  if (is_top && !rest.empty()) {
    return rest.front();
  }
  for (const auto& word : rest) {
    if (word.size() > 1 && word[0] == '-') {
      return word;
    }
  }
  return rest.empty() ? "" : rest.front();
}

bool has_option(const CLI::App& app, const std::string& name) {
  return app.get_option_no_throw(name) != nullptr;
}

/// Commands that have an option, "inspect, convert".
std::string commands_with(const std::string& option, CLI::App& top) {
  std::string names;
  for (const CLI::App* command : top.get_subcommands({})) {
    if (has_option(*command, option)) {
      names += (names.empty() ? "" : ", ") + command->get_name();
    }
  }
  return names;
}

/// What is wrong with an option of a command that stands before it, and what to do; or nothing.
std::optional<Error> misplaced(const std::string& word, CLI::App& top, const CLI::App* chosen) {
  const std::string name = word.substr(0, word.find('='));
  if (name.empty() || name[0] != '-') {
    return std::nullopt;
  }
  if (chosen != nullptr && has_option(*chosen, name)) {
    return Error(
        fmt::format("{} is an option of {} and stands before it", name, chosen->get_name()),
        fmt::format("Put {} behind {}.", name, chosen->get_name()));
  }
  const std::string commands = chosen == nullptr ? commands_with(name, top) : "";
  if (commands.empty()) {
    return std::nullopt;
  }
  return Error(fmt::format("{} is an option of a command ({}), and there is none", name, commands),
               "Name the command, and put its options behind it.");
}

std::string describe_unknown(const std::string& word, const CLI::App& app, bool is_top) {
  if (word[0] == '-') {
    const std::string name = word.substr(0, word.find('='));
    return fmt::format("there is no option {}{}", name, did_you_mean(name, option_names(app)));
  }
  if (is_top) {
    return fmt::format("there is no command '{}'{}", word, did_you_mean(word, command_names()));
  }
  return fmt::format("'{}' is one argument too many", word);
}

}  // namespace

std::string short_help() {
  std::string text = "Usage: tracetwin COMMAND [ARGUMENTS]\n\nCommands:\n";
  for (const auto& command : commands()) {
    text += fmt::format("  {:<12} {}\n", command.name, command.summary);
  }
  return text + "\ntracetwin COMMAND --help says more about one of them.\n";
}

Error usage_error(CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const CLI::App& meant = chosen.empty() ? app : *chosen.front();
  const std::string unknown = unknown_argument(app, chosen.empty());
  if (auto error_of_place = misplaced(unknown, app, chosen.empty() ? nullptr : chosen.front())) {
    return *error_of_place;
  }
  const std::string what =
      unknown.empty() ? error.what() : describe_unknown(unknown, meant, chosen.empty());
  const std::string command = chosen.empty() ? "" : meant.get_name() + " ";
  return Error(what, fmt::format("See: tracetwin {}--help", command));
}

}  // namespace tracetwin::cli
