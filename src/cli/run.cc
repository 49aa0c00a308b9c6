#include "cli/run.h"

#include <fmt/format.h>
#include <signal.h>
#include <CLI/CLI.hpp>

#include <exception>
#include <map>
#include <new>
#include <sstream>
#include <string>

#include "base/atomic_file.h"
#include "cli/command.h"
#include "cli/usage.h"

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
    }
  }
};

Console::Level level_of(const CommonOptions& common) {
  return common.quiet     ? Console::Level::kQuiet
         : common.verbose ? Console::Level::kVerbose
                          : Console::Level::kNormal;
}

/// Help and version leave the parser as exceptions that mean success.
ExitCode answer(const CLI::App& app, const CLI::ParseError& asked) {
  std::ostringstream text;
  app.exit(asked, text, text);
  Console().out(text.str());
  return ExitCode::kDone;
}

ExitCode parse_and_run(int argc, char** argv) {
  Program program;
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return answer(program.app, error);
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
  Console console(level_of(program.common));
  Context context{program.common, console};
  return program.actions.at(chosen.front())(context);
}

ExitCode report(const Error& error) {
  if (stdout_is_closed()) {
    return ExitCode::kDone;
  }
  Console().error(error.what(), error.remedy());
  return error.exit_code();
}

}  // namespace

int run(int argc, char** argv) {
  remove_temporaries_on_signals();
  ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write(), handled in report()
  ExitCode code = ExitCode::kDone;
  try {
    code = parse_and_run(argc, argv);
  } catch (const Error& error) {
    code = report(error);
  } catch (const std::bad_alloc&) {
    code = report(Error("there is not enough memory", "Try a smaller trace or a larger machine."));
  } catch (const std::exception& error) {
    code = report(Error(fmt::format("internal error: {}", error.what()), "Please report it."));
  }
  return static_cast<int>(code);
}

}  // namespace tracetwin::cli
