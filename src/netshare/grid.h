#pragma once

#include <vector>

#include "netshare/config.h"

namespace tracetwin::netshare {

/// What decides about the defaults of the points and may not differ among them.
struct GridContext {
  const Config& config;
  const Json& defaults;      ///< model keys that no file gives: those of the preset for the format
  bool by_epochs = false;    ///< of the PyTorch class
  bool dp_expected = false;  ///< "dp": true
};

/// Keys outside the grid that a list expands all the same: a list of one gives its value. Throws
/// Error for a list of several, which would be several runs.
void settle_single_values(Json& merged, Notes& notes);

/// All combinations of the expanded keys, the first key varying slowest. Throws Error for values
/// that are wrong or exclude each other.
std::vector<GridPoint> grid_points(const GridContext& context, Notes& notes);

}  // namespace tracetwin::netshare
