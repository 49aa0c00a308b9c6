#pragma once

#include <cstdint>

#include "engine/doppelganger/options.h"
#include "neural/parameters.h"

namespace tracetwin::neural {

/// Random numbers for training (never for privacy noise). Drawn on the CPU whatever the device is,
/// and seeded anew for every iteration, so that a run continues where a checkpoint was taken
/// without the state of a generator.
class Draws {
 public:
  Draws(std::uint64_t seed, const Kind& kind);

  /// From here on the numbers are those of iteration `iteration` and nothing else.
  void begin(std::uint64_t stage, std::uint64_t iteration);
  at::Tensor normal(std::int64_t rows, std::int64_t columns);
  /// In [0, 1).
  at::Tensor uniform(std::int64_t rows, std::int64_t columns);
  /// Noise of a generator: N(0, 1), or uniform in [-1, 1).
  at::Tensor noise(doppelganger::Noise noise, std::int64_t rows, std::int64_t columns);

 private:
  std::uint64_t seed_;
  Kind kind_;
  at::Generator generator_;
};

}  // namespace tracetwin::neural
