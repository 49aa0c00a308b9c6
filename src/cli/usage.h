#pragma once

#include <string>

#include "base/error.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace tracetwin::cli {

/// What `tracetwin` says when it is asked for nothing.
std::string short_help();

/// The Error for a command line that `app` refused with `error`: names what is wrong, suggests
/// the nearest command or option, and points to the help of the command that was meant.
Error usage_error(CLI::App& app, const CLI::ParseError& error);

}  // namespace tracetwin::cli
