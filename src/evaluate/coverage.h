#pragma once

#include <cstdint>
#include <vector>

#include "evaluate/nearest.h"
#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Precision, recall, density and coverage by balls around records that reach their k-th neighbour
/// of their own kind (Naeem et al. 2020).
struct BallShares {
  double precision = 0;  ///< of synthetic points in some real ball
  double recall = 0;     ///< of real points in some synthetic ball
  double density = 0;    ///< real balls a synthetic point is in, over k
  double coverage = 0;   ///< of real balls with a synthetic point
};
/// Both sides more than `k` points.
BallShares ball_shares(const RowMetric::Points& real, const RowMetric::Points& synthetic,
                       std::size_t k);

/// Alpha-precision (swapped: beta-recall) of two samples of coordinates (Alaa et al. 2022): 1 less
/// twice the mean over alpha = 0.05, 0.1, … 1 of how far the share of `others` within the sphere
/// around the mean of `reference` that holds a share alpha of it is from alpha.
double sphere_agreement(const std::vector<std::vector<double>>& reference,
                        const std::vector<std::vector<double>>& others);

/// Whether the twin has the variety of the real trace, and nothing else.
Group coverage_group(const Pair& pair, std::uint64_t seed);

}  // namespace tracetwin::evaluate
