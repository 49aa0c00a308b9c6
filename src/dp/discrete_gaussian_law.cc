// Tails are the weight of their first point times a sum relative to it, so they do not cancel and
// keep their relative accuracy until the weight itself underflows. Below sigma = 1024 that sum is
// taken term by term; above, by Euler and Maclaurin's formula, whose first neglected term is below
// 1e-11 relative there. The total weight is sigma sqrt(2 pi) (1 + 2 sum exp(-2 pi^2 sigma^2 j^2))
// (Poisson summation) when sigma >= 1.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "base/error.h"
#include "dp/discrete_gaussian.h"
#include "dp/gaussian.h"

namespace tracetwin::dp {
namespace {

constexpr double kSumBelow = 1024.0 * 1024.0;
constexpr double kNegligible = 60;  // exp(-60) of the first term

double variance_of(const Sigma2& sigma2) {
  if (sigma2.numerator == 0 || sigma2.denominator == 0) {
    throw Error("the law of discrete Gaussian noise was asked for without a variance");
  }
  return sigma2.value();
}

double total_weight(double variance) {
  double sum = 1;
  if (variance >= 1) {
    constexpr double kRate = 2 * std::numbers::pi * std::numbers::pi;
    for (const int j : {1, 2}) {
      sum += 2 * std::exp(-kRate * variance * j * j);
    }
    return sum * std::sqrt(2 * std::numbers::pi * variance);
  }
  for (int k = 1; k <= 12; ++k) {
    sum += 2 * std::exp(-k * k / (2 * variance));
  }
  return sum;
}

double probability(double variance, double k) {
  return std::exp(-k * k / (2 * variance)) / total_weight(variance);
}

// Sum over d >= 0 of weight(k + d) / weight(k) times factor(k + d).
template <class Factor>
double relative_sum(double variance, double k, const Factor& factor) {
  double sum = 0;
  for (double d = 0;; ++d) {
    const double exponent = d * (2 * k + d) / (2 * variance);
    if (exponent > kNegligible) {
      return sum;
    }
    sum += std::exp(-exponent) * factor(k + d);
  }
}

double relative_tail(double variance, double k) {
  if (variance < kSumBelow) {
    return relative_sum(variance, k, [](double) { return 1.0; });
  }
  const double sigma = std::sqrt(variance);
  const double slope = k / variance;
  const double third = 3 * slope / variance - slope * slope * slope;
  return sigma * mills_ratio(k / sigma) + 0.5 + slope / 12 + third / 720;
}

}  // namespace

double discrete_gaussian_pmf(const Sigma2& sigma2, std::int64_t k) {
  return probability(variance_of(sigma2), static_cast<double>(k));
}

double discrete_gaussian_upper_tail(const Sigma2& sigma2, std::int64_t k) {
  const double variance = variance_of(sigma2);
  const auto from = static_cast<double>(k);
  if (k <= 0) {
    return 1 - probability(variance, 1 - from) * relative_tail(variance, 1 - from);
  }
  return probability(variance, from) * relative_tail(variance, from);
}

std::int64_t discrete_gaussian_threshold(const Sigma2& sigma2, double probability_allowed) {
  if (!(probability_allowed >= 1e-300)) {
    throw Error(fmt::format("a threshold that noise passes with probability {} was asked for",
                            probability_allowed),
                "The probability must be at least 1e-300.");
  }
  std::int64_t fails = -1;
  auto holds = static_cast<std::int64_t>(40 * std::sqrt(variance_of(sigma2))) + 40;
  while (holds - fails > 1) {
    const std::int64_t middle = fails + (holds - fails) / 2;
    const double tail = discrete_gaussian_upper_tail(sigma2, middle);
    (tail * (1 + 1e-9) <= probability_allowed ? holds : fails) = middle;
  }
  return holds;
}

double discrete_gaussian_delta(const Sigma2& sigma2, double epsilon) {
  if (!std::isfinite(epsilon) || epsilon < 0) {
    throw Error(fmt::format("epsilon is {}, expected a number of at least 0", epsilon));
  }
  const double variance = variance_of(sigma2);
  const double first = std::floor(epsilon * variance - 0.5) + 1;
  const double weight = probability(variance, first);
  if (weight == 0) {
    return 0;
  }
  return weight * relative_sum(variance, first, [&](double k) {
           return -std::expm1(epsilon - (2 * k + 1) / (2 * variance));
         });
}

}  // namespace tracetwin::dp
