#include "netshare/presets.h"

#include <algorithm>
#include <array>

namespace tracetwin::netshare {
namespace {

struct Preset {
  std::string_view name;
  std::string_view text;
};

constexpr auto kPresets = std::to_array<Preset>({
#include <netshare_presets.inc>
});

struct OtherName {
  std::string_view name;
  std::string_view preset;
};
constexpr OtherName kOtherNames[] = {{"zeek.json", "zeeklog.json"}};

}  // namespace

std::optional<std::string_view> preset_text(std::string_view name) {
  for (const OtherName& other : kOtherNames) {
    name = other.name == name ? other.preset : name;
  }
  const auto* found = std::find_if(kPresets.begin(), kPresets.end(),
                                   [&](const Preset& preset) { return preset.name == name; });
  return found == kPresets.end() ? std::nullopt : std::optional(found->text);
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  names.reserve(kPresets.size());
  for (const Preset& preset : kPresets) {
    names.emplace_back(preset.name);
  }
  return names;
}

}  // namespace tracetwin::netshare
