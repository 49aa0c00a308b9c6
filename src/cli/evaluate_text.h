#pragma once

#include <string>

#include "evaluate/report.h"

namespace tracetwin::cli {

/// A compact table for the terminal: the verdict in three lines, then what was judged, section by
/// section; `all` also shows what is information only.
std::string evaluation_text(const evaluate::Report& report, bool all);

}  // namespace tracetwin::cli
