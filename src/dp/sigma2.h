#pragma once

#include <cstdint>

namespace tracetwin::dp {

/// Variance parameter of a discrete Gaussian as an exact fraction, so that sampling uses integers
/// only. numerator 0 means "no noise", allowed only without a guarantee; otherwise numerator and
/// denominator lie in [1, kLargest], for which the sampler's intermediates provably fit 128 bits.
struct Sigma2 {
  static constexpr std::uint64_t kLargest = std::uint64_t{1} << 50;

  std::uint64_t numerator = 0;
  std::uint64_t denominator = 1;

  double value() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }
  /// The smallest fraction >= value of the form n / 2^k with a numerator of 28 bits (more for
  /// values above 2^28, fewer below 2^-22): never less noise than asked for, and at most 8e-9
  /// relative more for values in [2^-22, 2^49]. Throws Error unless 0 < value <= 2^49.
  static Sigma2 at_least(double value);
  /// The next larger fraction with the same denominator.
  Sigma2 next() const { return {numerator + 1, denominator}; }

  bool operator==(const Sigma2&) const = default;
};

}  // namespace tracetwin::dp
