#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dp/sigma2.h"

namespace tracetwin::dp {

/// A privacy-loss distribution: the law of log(P(o) / Q(o)) for an outcome o drawn from P, where P
/// and Q are the outputs on two neighbouring inputs. Held as masses on the grid of multiples of
/// kStep, and a mass at +infinity. Pessimistic: whatever is rounded or cut off only makes
/// delta_at() and epsilon_at() larger, but for arithmetic noise (below about 1e-12 in delta: ask
/// for deltas above that). Tight to the grid when all mechanisms composed were fixed in advance
/// (sigma, rate, number of steps); sigmas chosen from earlier answers need zCDP (dp/ledger.h).
///
/// Koskela, Jaelkoe, Honkela 2020 (arXiv 1906.03049): composition by FFT. Gopi, Lee, Wutschitz 2021
/// (arXiv 2106.02848): windows from moment bounds.
class PrivacyLoss {
 public:
  static constexpr double kStep = 1e-4;
  static constexpr double kDefaultCut = 1e-15;

  /// masses[i] lies at (lowest + i) * kStep. Throws Error when masses is empty or holds more than
  /// 2^25 points, or a mass is negative or not finite.
  PrivacyLoss(std::int64_t lowest, std::vector<double> masses, double infinite_mass);

  /// The law of `times` independent outcomes (1 to 10^9) added up. Mass of at most `cut` beyond
  /// either end is cut off; what is cut at the upper end counts as infinite loss.
  PrivacyLoss composed(std::uint64_t times, double cut = kDefaultCut) const;
  /// The law of one outcome of each, added up.
  PrivacyLoss composed_with(const PrivacyLoss& other) const;

  /// Smallest delta such that (epsilon, delta)-DP holds in this direction. epsilon >= 0.
  double delta_at(double epsilon) const;
  /// Smallest epsilon >= 0; +infinity when the infinite loss alone exceeds delta. 0 < delta < 1.
  double epsilon_at(double delta) const;

  std::int64_t lowest() const { return lowest_; }
  const std::vector<double>& masses() const { return masses_; }
  double infinite_mass() const { return infinite_mass_; }

 private:
  std::int64_t lowest_;
  std::vector<double> masses_;
  double infinite_mass_;
};

}  // namespace tracetwin::dp
