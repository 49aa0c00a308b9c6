#pragma once

#include <span>
#include <string>
#include <string_view>

#include "netshare/value.h"

namespace tracetwin::netshare {

/// A key of the model or its manager, which a grid may go over.
struct GridKey {
  std::string_view name;
  std::string_view other;  ///< its name in the PyTorch generation; empty: the same
  void (*read)(GridPoint& point, const Value& value);
  Json (*show)(const GridPoint& point);
};

std::span<const GridKey> grid_keys();
/// By either name; null if there is none.
const GridKey* grid_key(std::string_view name);
/// The other name of a key that has two; empty otherwise.
std::string other_name_of(std::string_view name);

}  // namespace tracetwin::netshare
