#pragma once

#include <cstddef>

#include "dp/budget.h"
#include "dp/sigma2.h"

namespace tracetwin::dp {

/// The account of the ledger: Gaussian differential privacy (Dong, Roth, Su 2022) of *discrete*
/// Gaussian noise. Costs are written rho = mu^2 / 2, the unit in which they add up; for continuous
/// noise that is the same number as zCDP's, but the conversion to (epsilon, delta) is exact, since
/// the privacy loss of composed Gaussians is that of one Gaussian. Noise may be chosen from earlier
/// answers as long as the sum stays under a total fixed beforehand: GDP has a filter that costs
/// nothing (Smith and Thakurta 2022, arXiv 2210.17520).
///
/// That discrete noise may be booked so: let y = x + N(0, sigma2 - k2) and round y to the integer
/// z with probability proportional to exp(-(z - y)^2 / (2 k2)). By the Poisson summation formula
/// the normaliser of the rounding is constant up to factors 1 +- 2q, q = e^(-2 pi^2 k2), and so the
/// law of z is that of x + N_Z(0, sigma2) up to a factor e^(+-4q) in every outcome. Rounding is
/// post-processing, so a query that moves by at most L2 sensitivity s, hence in at most s^2 integer
/// coordinates, is (s / sqrt(sigma2 - k2))-GDP but for a factor e^(8 q s^2) between neighbours. k2
/// is taken so large that this is at most e^kSlack a query, and epsilon and delta are lowered by
/// what kMostQueries of them can add.
inline constexpr double kSlack = 1e-9;
inline constexpr std::size_t kMostQueries = 10'000;

/// Variance that rounding takes of the noise of a query of this sensitivity: k2 above.
double rounding_variance(double l2_sensitivity);

/// mu^2 / 2 of one query; +infinity when sigma2 does not exceed the rounding's part.
double gdp_cost(double l2_sensitivity, const Sigma2& sigma2);

/// The least noise, on Sigma2's grid, whose cost is at most `rho` > 0.
Sigma2 gdp_noise(double l2_sensitivity, double rho);

/// Largest sum of costs that keeps the promise; 0 when the budget is too small for any.
double gdp_total(const Budget& budget);

/// Smallest epsilon that `queries` queries of this sum of costs keep at `delta`. For k units that
/// come or go together both grow k^2-fold.
double gdp_epsilon(double rho, double queries, double delta);

}  // namespace tracetwin::dp
