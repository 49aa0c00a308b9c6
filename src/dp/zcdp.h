#pragma once

#include "dp/budget.h"

namespace tracetwin::dp {

/// Conversions between zero-concentrated DP (rho) and (epsilon, delta), by the exact formula of
/// Canonne, Kamath and Steinke 2020 (arXiv 2004.00010, Corollary 13). All round pessimistically:
/// a returned delta or epsilon is never below, a returned rho never above, the true optimum by
/// more than 1e-12 relative. Throw Error on arguments outside their ranges.

/// Smallest delta such that rho-zCDP implies (epsilon, delta)-DP. rho > 0, epsilon >= 0.
double delta_of(double rho, double epsilon);
/// Smallest epsilon such that rho-zCDP implies (epsilon, delta)-DP. 0 < delta < 1.
double epsilon_of(double rho, double delta);
/// Largest rho such that rho-zCDP implies (epsilon, delta)-DP.
double rho_of(const Budget& budget);

/// Standard normal distribution function and its inverse (relative error below 1e-12).
double normal_cdf(double x);
double normal_quantile(double p);

/// Exact (epsilon, delta) of Gaussian DP mu (Dong, Roth, Su 2022; Balle and Wang 2018).
double gaussian_delta_of(double mu, double epsilon);
double gaussian_epsilon_of(double mu, double delta);
/// sigma of one Gaussian query of the given L2 sensitivity (analytic Gaussian mechanism).
double analytic_gaussian_sigma(const Budget& budget, double l2_sensitivity);

}  // namespace tracetwin::dp
