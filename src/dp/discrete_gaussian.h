#pragma once

#include <cstdint>

#include "dp/noise.h"
#include "dp/sigma2.h"

namespace tracetwin::dp {

/// The discrete Gaussian N_Z(0, sigma2): P[X = k] proportional to exp(-k^2 / (2 sigma2)), over all
/// integers k. Draws are exact: integer arithmetic and uniform integers only (Canonne, Kamath,
/// Steinke 2020, arXiv 2004.00010, Algorithms 1 to 3). One law may be drawn from many times.
class DiscreteGaussian {
 public:
  /// Throws Error unless numerator and denominator lie in [1, Sigma2::kLargest].
  explicit DiscreteGaussian(const Sigma2& sigma2);

  std::int64_t draw(NoiseSource& noise) const;
  /// Given that the draw is >= threshold. threshold <= 2^40 (throws Error beyond).
  std::int64_t draw_tail(NoiseSource& noise, std::int64_t threshold) const;

 private:
  bool accepts(NoiseSource& noise, std::uint64_t size) const;
  std::int64_t draw_excess(NoiseSource& noise, std::uint64_t threshold) const;

  std::uint64_t p_;  ///< sigma2 = p / q
  std::uint64_t q_;
  std::uint64_t scale_ = 0;  ///< t = floor(sigma) + 1, of the discrete Laplace law proposed from
  std::uint64_t qt_ = 0;     ///< q t
  Wide accept_divisor_ = 0;  ///< 2 p q t^2
};

/// P[X >= k], relative error below 1e-9 (k may be negative). All of these: sigma2 as above.
double discrete_gaussian_upper_tail(const Sigma2& sigma2, std::int64_t k);
/// P[X = k], relative error below 1e-12; 0 when it underflows.
double discrete_gaussian_pmf(const Sigma2& sigma2, std::int64_t k);
/// Smallest k >= 0 with P[X >= k] <= probability (> 0), rounded up on a tie within 1e-9 relative.
std::int64_t discrete_gaussian_threshold(const Sigma2& sigma2, double probability);

/// Exact delta of (epsilon, delta)-DP of one discrete Gaussian query of sensitivity 1 (epsilon >=
/// 0): the sum of max(0, P[X = k] - e^epsilon P[X = k + 1]). Relative error below 1e-9. Takes time
/// proportional to sigma.
double discrete_gaussian_delta(const Sigma2& sigma2, double epsilon);

}  // namespace tracetwin::dp
