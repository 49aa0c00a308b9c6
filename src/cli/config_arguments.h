#pragma once

#include <string>
#include <vector>

namespace tracetwin::cli {

/// The arguments of a command line (without the program), with what --config FILE says put behind
/// the command's name, but for options that are typed. Throws Error when the file is none that
/// tracetwin tune wrote.
std::vector<std::string> with_config(std::vector<std::string> arguments);

}  // namespace tracetwin::cli
