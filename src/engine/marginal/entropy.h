#pragma once

#include <cmath>
#include <span>

namespace tracetwin::engine {

/// Of a distribution, in nats.
inline double entropy(std::span<const double> probabilities) {
  double sum = 0;
  for (const double p : probabilities) {
    sum -= p > 0 ? p * std::log(p) : 0;
  }
  return sum;
}

}  // namespace tracetwin::engine
