#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tracetwin::marginal {

/// Every `stride`-th of `total` evenly spaced points of [0, 1), beginning with the first:
/// (offset + stride * j) / total for j = 0 … points()-1. With offset = u + s, u in [0, 1), the
/// shards s = 0 … stride-1 together hold all points, so shards that are rounded one by one add up
/// to the rounding of the whole.
struct EvenPoints {
  std::size_t total = 0;
  std::size_t stride = 1;
  double offset = 0;  ///< in [0, stride)

  std::size_t points() const;
};

/// Systematic (low-variance) rounding: how many of the points fall into each cell when the cells
/// divide [0, 1) in proportion to `weights` (>= 0; all alike when none is positive). Sums to
/// points.points(); with all points of a whole every cell is within 1 of its exact share.
std::vector<std::uint32_t> systematic_counts(std::span<const double> weights,
                                             const EvenPoints& points);

}  // namespace tracetwin::marginal
