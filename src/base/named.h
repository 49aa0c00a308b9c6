#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace tracetwin {

/// The row of an explicit table (of objects with a `name`) that is called `name`. Throws Error
/// "there is no KIND "NAME"" that suggests the nearest name, or lists all.
template <typename Row>
const Row& row_named(std::span<const Row> rows, std::string_view name, std::string_view kind) {
  std::vector<std::string> names;
  for (const Row& row : rows) {
    if (row.name == name) {
      return row;
    }
    names.emplace_back(row.name);
  }
  const auto near = nearest(name, names);
  throw Error(fmt::format("there is no {} \"{}\"", kind, name),
              near ? fmt::format("Did you mean \"{}\"?", *near)
                   : fmt::format("There is: {}.", fmt::join(names, ", ")));
}

}  // namespace tracetwin
