#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tracetwin::dp {

/// Variance parameter of a discrete Gaussian as an exact fraction, so that sampling uses integers
/// only. numerator > 0 (0 means "no noise", allowed only without a guarantee), denominator > 0.
struct Sigma2 {
  std::uint64_t numerator = 0;
  std::uint64_t denominator = 1;

  double value() const {
    return static_cast<double>(numerator) / static_cast<double>(denominator);
  }
  /// The smallest fraction on a fixed grid that is >= value: never less noise than asked for.
  static Sigma2 at_least(double value);
};

/// Random bits for privacy noise: ChaCha20 (libsodium) keyed from getrandom(2). Distinct from
/// tracetwin::Random on purpose; neither converts to the other. Not copyable, not thread-safe.
class NoiseSource {
 public:
  /// Keyed by the operating system.
  NoiseSource();
  /// Keyed by `insecure_test_seed`: for tests only, destroys every guarantee.
  static NoiseSource insecure(std::uint64_t insecure_test_seed);
  NoiseSource(const NoiseSource&) = delete;
  NoiseSource& operator=(const NoiseSource&) = delete;
  NoiseSource(NoiseSource&&) = default;
  NoiseSource& operator=(NoiseSource&&) = default;
  ~NoiseSource();

  bool is_insecure() const { return insecure_; }
  std::uint64_t bits();
  /// Uniform in [0, bound), without bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);

  /// One draw of the discrete Gaussian N_Z(0, sigma2): P[X = k] proportional to
  /// exp(-k^2 / (2 sigma2)). Exact, integer arithmetic only (Canonne, Kamath, Steinke 2020,
  /// Algorithms 1 to 3). 0 when sigma2 is 0.
  std::int64_t discrete_gaussian(const Sigma2& sigma2);

  /// One draw of the same law given that it is >= threshold (threshold >= 1).
  std::int64_t discrete_gaussian_tail(const Sigma2& sigma2, std::int64_t threshold);

 private:
  struct InsecureTag {};
  explicit NoiseSource(InsecureTag, std::uint64_t seed);
  void refill();

  bool insecure_ = false;
  std::array<std::uint8_t, 32> key_{};
  std::uint64_t block_ = 0;
  std::array<std::uint64_t, 512> buffer_{};
  std::size_t used_ = 512;
};

/// P[X >= k] of the discrete Gaussian, relative error below 1e-9 (k may be negative).
double discrete_gaussian_upper_tail(const Sigma2& sigma2, std::int64_t k);
/// P[X = k].
double discrete_gaussian_pmf(const Sigma2& sigma2, std::int64_t k);

/// Exact delta of (epsilon, delta)-DP of one discrete Gaussian query of sensitivity 1.
double discrete_gaussian_delta(const Sigma2& sigma2, double epsilon);

}  // namespace tracetwin::dp
