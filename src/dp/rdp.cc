// With z drawn from N(0, sigma^2), r(alpha) = log A / (alpha - 1) and
//   A = E[((1 - q) + q exp((2 z - 1) / (2 sigma^2)))^alpha].
// Integer alpha: the binomial theorem. The terms for k = 0 and 1 have factor exp(0); taking 1 away
// from every factor takes 1 from the sum, so log1p of the sum of positive terms
//   C(alpha, k) (1 - q)^(alpha - k) q^k expm1((k^2 - k) / (2 sigma^2)), k >= 2
// keeps its digits however small the cost is.
// Other alpha: the binomial series in whichever summand is smaller, that is on either side of
// z0 = sigma^2 log(1/q - 1) + 1/2. The k-th terms are, with j = alpha - k,
//   C(alpha, k) (1 - q)^j q^k exp((k^2 - k) / (2 sigma^2)) Phi((z0 - k) / sigma) and
//   C(alpha, k) (1 - q)^k q^j exp((j^2 - j) / (2 sigma^2)) Phi((j - z0) / sigma).
// Beyond k = alpha the signs alternate and the terms shrink slowly, like a power of k; counting
// the last one half brings the error down to the difference of neighbouring terms.
#include "dp/rdp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/error.h"
#include "dp/budget.h"
#include "dp/gaussian.h"

namespace tracetwin::dp {
namespace {

constexpr double kNegligible = -32;  // log of a term beside the sum, which is at least 1
constexpr double kMostTerms = 1e6;

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

double log_expm1(double x) {
  return x > 1 ? x + std::log1p(-std::exp(-x)) : std::log(std::expm1(x));
}

double log_add(double a, double b) {
  const double high = std::max(a, b);
  return std::isinf(high) ? high : high + std::log1p(std::exp(std::min(a, b) - high));
}

double log_moment_integer(double rate, double sigma, double order) {
  double log_sum = -INFINITY;
  for (double k = 2; k <= order; ++k) {
    const double gain = (k * k - k) / (2 * sigma * sigma);
    log_sum = log_add(log_sum, log_choose(order, k) + (order - k) * std::log1p(-rate) +
                                   k * std::log(rate) + log_expm1(gain));
  }
  return log_sum > 30 ? log_add(log_sum, 0) : std::log1p(std::exp(log_sum));
}

// sum exp(log_scale) is the value: sums of terms beyond the range of a double.
struct ScaledSum {
  double sum = 0;
  double log_scale = 0;

  void add(double log_term, double sign) {
    if (log_term > log_scale) {
      sum *= std::exp(log_scale - log_term);
      log_scale = log_term;
    }
    sum += sign * std::exp(log_term - log_scale);
  }
};

double log_moment_fractional(double rate, double sigma, double order) {
  const double split = sigma * sigma * (std::log1p(-rate) - std::log(rate)) + 0.5;
  const auto log_term = [&](double in, double out, double tail) {
    return in * std::log(rate) + out * std::log1p(-rate) + (in * in - in) / (2 * sigma * sigma) +
           log_normal_cdf(tail / sigma);
  };
  ScaledSum moment;
  double log_binomial = 0;
  double sign = 1;
  for (double k = 0; k < kMostTerms; ++k) {
    const double j = order - k;
    const double below = log_binomial + log_term(k, j, split - k);
    const double above = log_binomial + log_term(j, k, j - split);
    const bool last = k > order && std::max(below, above) < moment.log_scale + kNegligible;
    const double weight = last ? sign / 2 : sign;
    moment.add(below, weight);
    moment.add(above, weight);
    if (last) {
      break;
    }
    log_binomial += std::log(std::abs(j)) - std::log(k + 1);
    sign = j < 0 ? -sign : sign;
  }
  return moment.log_scale == 0 ? std::log1p(moment.sum - 1)
                               : std::log(moment.sum) + moment.log_scale;
}

void check_arguments(double rate, double noise_multiplier, double order) {
  if (!(rate >= 0 && rate <= 1)) {
    throw Error(fmt::format("the sampling rate is {}, expected 0 to 1", rate));
  }
  if (!std::isfinite(noise_multiplier) || noise_multiplier <= 0) {
    throw Error(fmt::format("the noise multiplier is {}, expected above 0", noise_multiplier));
  }
  if (!(order > 1 && order <= 1e5)) {
    throw Error(fmt::format("the Renyi order is {}, expected above 1 and up to 100000", order));
  }
}

}  // namespace

double subsampled_gaussian_rdp(double rate, double noise_multiplier, double order) {
  check_arguments(rate, noise_multiplier, order);
  if (rate == 0) {
    return 0;
  }
  if (rate == 1) {
    return order / (2 * noise_multiplier * noise_multiplier);
  }
  const bool integer = order == std::floor(order);
  const double log_moment = integer ? log_moment_integer(rate, noise_multiplier, order)
                                    : log_moment_fractional(rate, noise_multiplier, order);
  return log_moment / (order - 1);
}

std::vector<double> usual_rdp_orders() {
  std::vector<double> orders;
  for (int tenths = 11; tenths < 110; ++tenths) {
    orders.push_back(tenths / 10.0);
  }
  for (int order = 12; order < 64; ++order) {
    orders.push_back(order);
  }
  return orders;
}

RdpEpsilon epsilon_of_rdp(std::span<const double> orders, std::span<const double> costs,
                          double delta) {
  check(Budget{1, delta});
  if (orders.empty() || orders.size() != costs.size()) {
    throw Error(
        fmt::format("{} Renyi orders were given with {} costs", orders.size(), costs.size()));
  }
  RdpEpsilon best{INFINITY, 0};
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const double order = orders[i];
    const double epsilon =
        costs[i] + std::log1p(-1 / order) - std::log(delta * order) / (order - 1);
    if (epsilon < best.epsilon) {
      best = {epsilon, order};
    }
  }
  best.epsilon = std::max(best.epsilon, 0.0);
  return best;
}

}  // namespace tracetwin::dp
