#include "trace/format/text/column_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/error.h"

namespace tracetwin {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 4> kUnits = {
    {{"s", 9}, {"ms", 6}, {"us", 3}, {"ns", 0}}};

/// Takes ":UNIT" from the end of a source.
std::optional<int> take_unit(std::string& source) {
  for (const auto& [name, scale] : kUnits) {
    const std::string suffix = fmt::format(":{}", name);
    if (source.ends_with(suffix)) {
      source.resize(source.size() - suffix.size());
      return scale;
    }
  }
  return std::nullopt;
}

}  // namespace

const ColumnMap::Entry* ColumnMap::find(std::string_view name) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.name == name && !entry.further;
  });
  return found == entries.end() ? nullptr : &*found;
}

std::optional<int> scale_of_unit(std::string_view unit) {
  const auto found = std::ranges::find(kUnits, unit, [](const auto& known) { return known.first; });
  return found == kUnits.end() ? std::nullopt : std::optional(found->second);
}

ColumnMap::Entry parse_column(std::string_view text) {
  const std::size_t equals = text.find('=');
  const bool constant = equals != std::string_view::npos && equals > 0 && text[equals - 1] == ':';
  ColumnMap::Entry entry;
  entry.name = text.substr(0, constant ? equals - 1 : std::min(equals, text.size()));
  entry.source = equals == std::string_view::npos ? "" : text.substr(equals + 1);
  if (constant) {
    entry.value = std::exchange(entry.source, {});
  } else if (entry.name == "ts" || entry.name == "td") {
    entry.scale = take_unit(entry.source);
  }
  if (entry.name.empty() || (entry.source.empty() && !entry.value)) {
    throw Error(fmt::format("\"{}\" says of no column where it is", text),
                "Give NAME=COLUMN, such as srcip=source.address, ts=time:ms (s, ms, us, ns) or "
                "proto:=tcp for a value that all records have.");
  }
  return entry;
}

void check_columns(const ColumnMap& map) {
  std::set<std::pair<std::string_view, bool>> names;
  for (const auto& entry : map.entries) {
    if (!names.insert({entry.name, entry.further}).second) {
      throw Error(fmt::format("the column {} is named twice", entry.name), "Name it once.");
    }
  }
}

}  // namespace tracetwin
