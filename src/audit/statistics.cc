#include "audit/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "dp/gaussian.h"

namespace tracetwin::audit {
namespace {

struct Moments {
  double mean = 0;
  double squares = 0;  ///< sum of squared distances from the mean
};

Moments moments_of(std::span<const double> values) {
  Moments moments;
  double count = 0;
  for (const double value : values) {
    const double step = value - moments.mean;
    moments.mean += step / ++count;
    moments.squares += step * (value - moments.mean);
  }
  return moments;
}

}  // namespace

Interval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence) {
  if (successes > trials || trials == 0 || !(confidence > 0 && confidence < 1)) {
    throw Error(
        fmt::format("no interval for {} of {} at confidence {}", successes, trials, confidence));
  }
  const double tail = (1 - confidence) / 2;
  const auto k = static_cast<double>(successes);
  const auto rest = static_cast<double>(trials - successes);
  return {successes == 0 ? 0 : boost::math::ibeta_inv(k, rest + 1, tail),
          successes == trials ? 1 : boost::math::ibetac_inv(k + 1, rest, tail)};
}

double proven_epsilon(double most_false_alarms, double most_misses, double delta) {
  const auto one_way = [delta](double small, double other) {
    const double hits = 1 - delta - other;
    return hits > small ? std::log(hits / small) : 0.0;
  };
  return std::max(one_way(most_false_alarms, most_misses), one_way(most_misses, most_false_alarms));
}

double provable_epsilon(std::uint64_t trials, double delta, double confidence) {
  const double most = clopper_pearson(0, trials, confidence).high;
  return proven_epsilon(most, most, delta);
}

Separation separation(std::span<const double> without, std::span<const double> with,
                      double confidence) {
  if (without.size() < 2 || with.size() < 2) {
    throw Error("a separation takes two runs of each world at least", "Ask for more --runs.");
  }
  const Moments a = moments_of(without);
  const Moments b = moments_of(with);
  const auto n = static_cast<double>(without.size());
  const auto m = static_cast<double>(with.size());
  const double deviation = std::sqrt((a.squares + b.squares) / (n + m - 2));
  const double shift = std::abs(b.mean - a.mean);
  if (!(deviation > 1e-12 * (std::abs(a.mean) + std::abs(b.mean)))) {
    const bool apart = shift > 1e-9 * (std::abs(a.mean) + std::abs(b.mean));
    const double all = apart ? std::numeric_limits<double>::infinity() : 0;
    return {all, {all, all}};
  }
  const double estimate = shift / deviation;
  const double z = -dp::normal_quantile((1 - confidence) / 2);
  const double error = z * std::sqrt(1 / n + 1 / m + estimate * estimate / (2 * (n + m)));
  return {estimate, {std::max(0.0, estimate - error), estimate + error}};
}

double separation_bound(double rho) {
  return std::sqrt(std::expm1(2 * rho));
}

}  // namespace tracetwin::audit
