#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dp/counts.h"

namespace tracetwin::marginal {

/// The table that two *noisy* one-way marginals predict if the attributes are independent:
/// cell (i, j) holds first[i] * second[j] / kUnit records, an exact integer product, so that sums
/// over it depend on no rounding order.
class IndependentPair {
 public:
  /// `first` and `second` are non-negative estimates in counts, `total` > 0 their common sum.
  IndependentPair(std::span<const double> first, std::span<const double> second, double total);

  /// InDif (Zhang et al., PrivSyn, USENIX Security 2021) in the form of sensitivity 1: the L1
  /// distance, in records, between the exact pair table (row-major) and this prediction, rounded
  /// down. One record more or less moves one cell of the table by one, hence the exact distance by
  /// at most 1, and rounding down keeps that. Only non-empty cells cost more than a glance.
  std::int64_t distance(const dp::PrivateCounts& table) const;

  /// The distance that independent attributes would show by chance alone: the sum over cells of
  /// the mean absolute deviation of a Poisson count. Uses noisy input only, so it is free.
  double distance_by_chance() const;

 private:
  std::vector<std::int64_t> first_;   // records in units of 2^-8
  std::vector<std::int64_t> second_;  // shares in units of 2^-24
};

/// Mean of |X - mean| for a Poisson X, within 0.5 %.
double poisson_deviation(double mean);

}  // namespace tracetwin::marginal
