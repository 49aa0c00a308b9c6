#include "cli/run.h"

#include <fmt/format.h>
#include <signal.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <new>
#include <sstream>
#include <string>
#include <thread>

#include "base/atomic_file.h"
#include "cli/command.h"
#include "cli/config_arguments.h"
#include "cli/usage.h"
#include "work/launch.h"
#include "work/log.h"

namespace tracetwin::cli {
namespace {

constexpr const char* kDescription =
    "TraceTwin learns a network trace, with differential privacy where asked, and writes a\n"
    "synthetic twin of it.";

void add_version(CLI::App& app) {
  app.set_version_flag("-V,--version", "tracetwin " TRACETWIN_VERSION, "Print the version");
}

/// The parser with all commands, and what each of them does.
struct Program {
  CommonOptions common;
  CLI::App app{kDescription, "tracetwin"};
  std::map<const CLI::App*, Action> actions;
  std::map<const CLI::App*, const Command*> rows;

  Program() {
    add_version(app);
    app.get_formatter()->column_width(34);
    app.get_formatter()->label("REQUIRED", "");
    app.get_formatter()->label("TEXT", "");
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app.get_formatter()->label("Subcommands", "Commands");
    app.get_formatter()->label("Positionals", "Arguments");
    add_verbosity(app, common);
    for (const auto& command : commands()) {
      CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
      add_version(*sub);
      add_verbosity(*sub, common);
      actions[sub] = command.define(*sub, common);
      rows[sub] = &command;
    }
  }
};

Console::Level level_of(const CommonOptions& common) {
  return common.quiet     ? Console::Level::kQuiet
         : common.verbose ? Console::Level::kVerbose
                          : Console::Level::kNormal;
}

/// Help and version leave the parser as exceptions that mean success.
ExitCode answer(const CLI::App& app, const CLI::ParseError& asked, const work::Ranks& ranks) {
  std::ostringstream text;
  app.exit(asked, text, text);
  Console(Console::Level::kNormal, ranks.first()).out(text.str());
  return ExitCode::kDone;
}

ExitCode act(const Action& action, Context& context) {
  try {
    return action(context);
  } catch (const std::exception& error) {
    context.console.log_failure(error.what());
    throw;
  }
}

/// "help COMMAND" is what others call "COMMAND --help".
std::vector<std::string> without_help_command(std::vector<std::string> arguments) {
  if (!arguments.empty() && arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.insert(arguments.begin() + std::min<std::ptrdiff_t>(1, std::ssize(arguments)),
                     "--help");
  }
  return arguments;
}

ExitCode parse_and_run(int argc, char** argv, const work::Ranks& ranks) {
  Program program;
  const std::vector<std::string> arguments =
      without_help_command(with_config({argv + 1, argv + argc}));
  try {
    program.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return answer(program.app, error, ranks);
    }
    throw usage_error(program.app, error);
  }
  const auto chosen = program.app.get_subcommands();
  if (chosen.empty()) {
    fmt::print(stderr, "{}", short_help());
    return ExitCode::kBadInput;
  }
  if (program.common.quiet && program.common.verbose) {
    throw Error("--quiet and --verbose contradict each other", "Give one of them.");
  }
  if (!program.rows.at(chosen.front())->shared && !ranks.first()) {
    return ExitCode::kDone;
  }
  Console console(level_of(program.common), ranks.first());
  if (!program.common.progress_file.empty()) {
    console.log_to(work::log_of_rank(program.common.progress_file, ranks.rank()), ranks);
  }
  Context context{program.common, console,
                  program.rows.at(chosen.front())->shared ? ranks : work::Ranks(), arguments};
  return act(program.actions.at(chosen.front()), context);
}

/// What stops all ranks alike is said by the first, which ends the others while they wait here.
ExitCode report(const Error& error, const work::Ranks& ranks) {
  if (stdout_is_closed()) {
    return ExitCode::kDone;
  }
  constexpr std::chrono::milliseconds kForTheFirst(700);
  if (!ranks.first()) {
    std::this_thread::sleep_for(kForTheFirst);
  }
  const std::string who = ranks.alone() ? "" : fmt::format("rank {}: ", ranks.rank());
  Console().error(who + error.what(), error.remedy());
  ranks.end_all(static_cast<int>(error.exit_code()));
  return error.exit_code();
}

}  // namespace

int run(int argc, char** argv) {
  remove_temporaries_on_signals();
  ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write(), handled in report()
  ExitCode code = ExitCode::kDone;
  work::Ranks ranks;
  try {
    ranks = work::launched_ranks();
    code = parse_and_run(argc, argv, ranks);
  } catch (const Error& error) {
    code = report(error, ranks);
  } catch (const std::bad_alloc&) {
    code = report(Error("there is not enough memory", "Try a smaller trace or a larger machine."),
                  ranks);
  } catch (const std::exception& error) {
    code =
        report(Error(fmt::format("internal error: {}", error.what()), "Please report it."), ranks);
  }
  return static_cast<int>(code);
}

}  // namespace tracetwin::cli
