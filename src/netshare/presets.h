#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::netshare {

/// Text of a built-in preset, such as "pcap.json"; the files are in presets/.
std::optional<std::string_view> preset_text(std::string_view name);
std::vector<std::string> preset_names();

}  // namespace tracetwin::netshare
