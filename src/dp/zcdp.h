#pragma once

#include "dp/budget.h"

namespace tracetwin::dp {

/// Conversions between zero-concentrated DP (rho) and (epsilon, delta), by the exact formula of
/// Canonne, Kamath and Steinke 2020 (arXiv 2004.00010, Corollary 13). Worked out in logarithms, so
/// deltas down to 1e-300 are as accurate as large ones. All err on the safe side only: a margin
/// above the rounding error (about 1e-12 relative in delta) makes a returned delta or epsilon never
/// lower, a returned rho never higher, than the optimum. Throw Error on arguments outside
/// their ranges.

/// Smallest delta such that rho-zCDP implies (epsilon, delta)-DP. rho > 0, epsilon >= 0.
double delta_of(double rho, double epsilon);
/// Smallest epsilon such that rho-zCDP implies (epsilon, delta)-DP. rho > 0, 0 < delta < 1.
double epsilon_of(double rho, double delta);
/// Largest rho such that rho-zCDP implies (epsilon, delta)-DP.
double rho_of(const Budget& budget);

}  // namespace tracetwin::dp
