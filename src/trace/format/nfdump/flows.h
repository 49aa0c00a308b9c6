#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/child_process.h"
#include "trace/reader.h"

namespace tracetwin::nfdump {

/// What to do where nfdump or nfcapd is missing.
inline constexpr const char* kInstall =
    "Install the Debian package nfdump (apt-get install nfdump).";

/// The arguments that make nfdump print records as reader() reads them: -q -N -6 -o fmt:…
std::vector<std::string> print_arguments();

/// Reads what nfdump prints in the end, given those arguments (and TZ=UTC). `info.format` is set.
/// Its last batch throws Error when the program fails.
std::unique_ptr<FlowReader> reader(std::unique_ptr<ChildProcess> program, SourceInfo info);

}  // namespace tracetwin::nfdump
