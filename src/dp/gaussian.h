#pragma once

#include "dp/budget.h"

namespace tracetwin::dp {

/// Standard normal distribution function (relative error below 1e-12, also in the lower tail; 0
/// below -38.6), its logarithm (never underflows) and its inverse for 0 < p < 1. For an upper tail
/// use the symmetry: the quantile of 1 - p is -normal_quantile(p), without the cancellation.
double normal_cdf(double x);
double log_normal_cdf(double x);
double normal_quantile(double p);
/// Mills' ratio (1 - Phi(t)) / phi(t), for t >= -1.
double mills_ratio(double t);

/// Exact (epsilon, delta) of Gaussian DP mu, that is of *continuous* Gaussian noise of sigma =
/// sensitivity / mu (Dong, Roth, Su 2022, Corollary 2.13; Balle and Wang 2018). dp/gdp.h says what
/// it means for discrete noise. Relative error below 1e-9; epsilon and mu come from a bisection
/// that returns the safe neighbour. Throw Error on arguments outside their ranges.

/// mu > 0, epsilon >= 0.
double gaussian_delta_of(double mu, double epsilon);
/// mu > 0, 0 < delta < 1.
double gaussian_epsilon_of(double mu, double delta);
/// Largest mu that keeps the promise.
double gaussian_mu_of(const Budget& budget);
/// sigma of one Gaussian query of the given L2 sensitivity (> 0): the analytic Gaussian mechanism.
double analytic_gaussian_sigma(const Budget& budget, double l2_sensitivity);

}  // namespace tracetwin::dp
