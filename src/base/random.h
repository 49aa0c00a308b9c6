#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace tracetwin {

/// Seeded pseudo-random numbers for modelling: never for privacy noise (see dp/noise.h, whose
/// type does not convert to or from this one). xoshiro256++ (Blackman and Vigna 2019), its state
/// filled by SplitMix64 from (seed, stream). The same (seed, stream) gives the same sequence on
/// every machine: no standard-library distribution is used, since those differ between libraries.
/// Work that runs in parallel takes one stream per fixed block, so results do not depend on the
/// number of threads. Not thread-safe; cheap to construct.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t bits();
  /// Uniform in [0, bound); 0 when bound is 0. Without modulo bias (Lemire 2019).
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  bool chance(double probability) { return uniform() < probability; }
  /// Standard normal (polar method).
  double normal();
  /// Index drawn with probability proportional to `weights` (all >= 0, some > 0).
  std::size_t pick(std::span<const double> weights);

  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(i)]);
    }
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

/// A stream number from a few parts, for `Random(seed, mix(kStage, block))`.
std::uint64_t mix(std::uint64_t a, std::uint64_t b);

}  // namespace tracetwin
