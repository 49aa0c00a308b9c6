#pragma once

#include <cstdint>

#include "dp/budget.h"

namespace tracetwin::dp {

/// What all steps of DP-SGD do: each unit is in a step's batch with probability `rate`, and the
/// batch's sum, of L2 sensitivity C, gets Gaussian noise of sd noise multiplier * C.
struct SampledSteps {
  double rate = 0;          ///< above 0, up to 1
  std::uint64_t steps = 0;  ///< 1 to 10^9

  bool operator==(const SampledSteps&) const = default;
};

/// The least noise multiplier (to 0.2 %, and never less) with which these steps, composed with
/// queries of Gaussian differential privacy of a total cost `rho` >= 0, keep the budget. Privacy
/// losses are composed numerically (dp/pld.h), so rate, steps, rho and budget must be public and
/// fixed beforehand; the Gaussian queries may still be chosen from each other's answers and from
/// the steps' (their total is what counts, dp/gdp.h). Noise of the steps may be discrete on a grid
/// of 2^-20 sd or finer (dp/gdp.h says why; what that costs is paid for here).
///
/// Throws Error (exit 3) when no multiplier up to 10,000 keeps it.
double sampled_gaussian_noise(const Budget& budget, double rho, const SampledSteps& sampled);

}  // namespace tracetwin::dp
