#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tracetwin::zeek {

/// A JSON object as dotted keys and texts, in order: {"id":{"orig_p":53}} is ("id.orig_p", "53").
/// Numbers stand as they are in the line; true, false and null are "T", "F" and "-", an array is
/// its values with commas between them, and what is empty is "(empty)", all as in Zeek's TSV.
using FlatObject = std::vector<std::pair<std::string, std::string>>;

/// Reads one line into `object`. The text is empty when that went well, or says why not: "the
/// line is not a JSON object".
std::string_view flatten_json(std::string_view line, FlatObject& object);

}  // namespace tracetwin::zeek
