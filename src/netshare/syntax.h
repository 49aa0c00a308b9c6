#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tracetwin::netshare {

/// Text of a file as an object, by the extension of `name`: .json, .yaml, .yml. Throws Error
/// "NAME:LINE:COLUMN: ..." for bad syntax.
nlohmann::ordered_json parse_config(std::string_view text, const std::string& name);
nlohmann::ordered_json read_config(const std::filesystem::path& path);

}  // namespace tracetwin::netshare
