#pragma once

#include <span>
#include <vector>

#include "marginal/clique.h"

namespace tracetwin::marginal {

/// Minimum-variance estimate of the number of records from the sums of all marginals: weights
/// 1 / (sigma^2 cells). Marginals without noise decide alone. 0 for none.
double estimate_total(const std::vector<NoisyMarginal>& marginals);

/// Euclidean projection onto {x >= 0, sum x = total} (norm-sub): subtracts one number from all
/// cells and clips at 0, the number exact to rounding. total >= 0; all cells equal when
/// there is nothing to choose between them.
void norm_sub(std::span<double> values, double total);

struct ConsistencyOptions {
  int rounds = 60;
  double tolerance = 1e-4;  ///< largest disagreement, as a share of the total
};

struct ConsistencyReport {
  int rounds = 0;           ///< used
  double disagreement = 0;  ///< of the result: largest L1 distance of a projection from their mean
};

/// Makes the marginals, zero where records are impossible, agree on every attribute set that two of
/// them share, non-negative, and each sum to `total`. For every shared set, smallest first, the
/// projections are averaged with inverse-variance weights w_i = 1 / (sigma_i^2 L_i), L_i cells of
/// marginal i per cell of the set, and (target - projection_i) / L_i is added to those cells (Zhang
/// et al., PrivSyn, section 4.3, without the rho factor of its published code, which stops it from
/// converging); norm_sub alternates with it until the disagreement is below the tolerance.
ConsistencyReport make_consistent(const Domain& domain, std::vector<NoisyMarginal>& marginals,
                                  double total, const ConsistencyOptions& options = {});

}  // namespace tracetwin::marginal
