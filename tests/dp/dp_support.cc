#include "dp_support.h"

#include <cmath>
#include <cstdlib>
#include <map>
#include <numbers>

namespace tracetwin::test {

double number(const std::string& field) {
  return std::strtod(field.c_str(), nullptr);
}

double relative_error(double actual, double expected) {
  return expected == 0 ? std::abs(actual) : std::abs(actual / expected - 1);
}

double chi_square_p(double statistic, double degrees) {
  const double spread = 2 / (9 * degrees);
  const double z = (std::cbrt(statistic / degrees) - (1 - spread)) / std::sqrt(spread);
  return std::erfc(z / std::numbers::sqrt2) / 2;
}

double fit_p(const std::vector<std::int64_t>& draws, std::int64_t low, std::int64_t high,
             const std::function<double(std::int64_t)>& probability) {
  std::map<std::int64_t, double> seen;
  for (const std::int64_t draw : draws) {
    seen[draw] += 1;
  }
  const auto total = static_cast<double>(draws.size());
  double statistic = 0;
  double degrees = 0;
  double pooled_seen = total;
  double pooled_expected = total;
  for (std::int64_t value = low; value <= high; ++value) {
    const double expected = total * probability(value);
    if (expected < 10) {
      continue;
    }
    const double gap = seen[value] - expected;
    statistic += gap * gap / expected;
    pooled_seen -= seen[value];
    pooled_expected -= expected;
    degrees += 1;
  }
  const double gap = pooled_seen - pooled_expected;
  statistic += gap * gap / std::fmax(pooled_expected, 1);
  return chi_square_p(statistic, degrees);
}

}  // namespace tracetwin::test
