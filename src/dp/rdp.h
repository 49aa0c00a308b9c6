#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tracetwin::dp {

/// Renyi differential privacy: a mechanism has a cost r(alpha) at every order alpha > 1, and costs
/// of composed mechanisms add up order by order (zCDP is the line alpha * rho). Looser than
/// dp/pld.h, above all for few steps, but cheap, and able to mix any mechanisms.

/// RDP of one step of the Poisson-subsampled Gaussian mechanism: every record is in the batch with
/// probability `rate` in [0, 1]; a sum of L2 sensitivity 1 gets continuous Gaussian noise of sd
/// `noise_multiplier` > 0; neighbours differ by one record more or less. 1 < order <= 100,000.
/// Mironov, Talwar, Zhang 2019 (arXiv 1908.10530), sections 3.3: a binomial sum at integer orders
/// (relative error below 1e-10), two series of normal tails at the others (below 1e-6). Throws
/// Error on arguments outside their ranges.
double subsampled_gaussian_rdp(double rate, double noise_multiplier, double order);

/// A fixed list of orders that suits most settings: 1.1, 1.2, ..., 10.9, then 12, 13, ..., 63.
std::vector<double> usual_rdp_orders();

struct RdpEpsilon {
  double epsilon;
  double order;  ///< the one that gave it
};
/// Smallest epsilon at `delta` over parallel lists of orders and costs (Canonne, Kamath, Steinke
/// 2020, Proposition 12): r + log(1 - 1/alpha) - log(alpha delta) / (alpha - 1). At least 0. Throws
/// Error when the lists are empty or of different lengths, or delta is not in (0, 1).
RdpEpsilon epsilon_of_rdp(std::span<const double> orders, std::span<const double> costs,
                          double delta);

}  // namespace tracetwin::dp
