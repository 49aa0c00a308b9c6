#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace tracetwin {

/// Turns scores into shares that sum to 1; returns the logarithm of the sum of their exponentials.
template <class Real>
Real softmax(std::span<Real> scores) {
  const Real most = *std::max_element(scores.begin(), scores.end());
  Real sum = 0;
  for (Real& score : scores) {
    score = std::exp(score - most);
    sum += score;
  }
  for (Real& score : scores) {
    score /= sum;
  }
  return most + std::log(sum);
}

}  // namespace tracetwin
