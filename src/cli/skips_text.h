#pragma once

#include <string>

#include "trace/skips.h"

namespace tracetwin::cli {

/// What was left out and why, as a table behind an empty line; empty when nothing was. `heading`
/// ("Skipped") stands over the reasons, `first` ("first line") over the first places.
std::string skips_text(const std::string& heading, const Skips& skips, const std::string& first);

/// `text` with control characters and bytes that are no UTF-8 replaced by '?', so that a file
/// cannot write to the terminal; cut with "…" beyond `limit` characters.
std::string printable(const std::string& text, std::size_t limit = 4096);

}  // namespace tracetwin::cli
