#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "trace/skips.h"

namespace tracetwin::cli {

/// {"total": n, "reasons": [{"reason", "count", "first"}, …]}, in order of first appearance.
nlohmann::ordered_json skips_json(const Skips& skips);

/// The object as text for standard output, indented, with a line break at the end. Bytes that are
/// no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace tracetwin::cli
