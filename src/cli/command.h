#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/console.h"
#include "cli/options.h"
#include "work/ranks.h"

namespace tracetwin::cli {

/// What a command may use besides its own options.
struct Context {
  const CommonOptions& common;
  Console& console;
  work::Ranks ranks;                   ///< the processes that do the command together
  std::vector<std::string> arguments;  ///< as typed, the command's name first
};

/// Does the work of a command; throws Error for what stops it.
using Action = std::function<ExitCode(Context&)>;

/// One row of the table of commands.
struct Command {
  std::string_view name;
  std::string_view summary;  ///< one line for --help
  bool shared;  ///< of several processes all have a part in it; else the first does it alone
  /// Declares the command's options on `app` and returns what to run once they are parsed.
  Action (*define)(CLI::App& app, CommonOptions& common);
};

/// All commands, in the order of --help. A new command is one file that defines its
/// `define_…` function, one line in commands.h and one row in commands.cc.
std::span<const Command> commands();

}  // namespace tracetwin::cli
