#include "dp/gdp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "dp/gaussian.h"

namespace tracetwin::dp {
namespace {

constexpr double kAllSlack = kSlack * static_cast<double>(kMostQueries);
/// Above the rounding of gaussian.h, whose results are good to 1e-9.
constexpr double kMargin = 1 + 1e-8;

}  // namespace

double rounding_variance(double l2_sensitivity) {
  const double coordinates = std::max(1.0, l2_sensitivity * l2_sensitivity);
  // 9, not 8: for the higher powers of q, which add less than q^2.
  return std::log(9 * coordinates / kSlack) / (2 * std::numbers::pi * std::numbers::pi);
}

double gdp_cost(double l2_sensitivity, const Sigma2& sigma2) {
  const double left = sigma2.value() - rounding_variance(l2_sensitivity);
  return left > 0 ? l2_sensitivity * l2_sensitivity / (2 * left) * (1 + 1e-15)
                  : std::numeric_limits<double>::infinity();
}

Sigma2 gdp_noise(double l2_sensitivity, double rho) {
  const double needed = l2_sensitivity * l2_sensitivity / (2 * rho);
  Sigma2 sigma2 = Sigma2::at_least(needed + rounding_variance(l2_sensitivity));
  while (gdp_cost(l2_sensitivity, sigma2) > rho) {
    sigma2 = sigma2.next();
  }
  return sigma2;
}

double gdp_total(const Budget& budget) {
  check(budget);
  const Budget tight{budget.epsilon - kAllSlack, budget.delta * (1 - 2 * kAllSlack)};
  if (tight.epsilon <= 0) {
    return 0;
  }
  const double mu = gaussian_mu_of(tight) / kMargin;
  return mu * mu / 2;
}

double gdp_epsilon(double rho, double queries, double delta) {
  const double slack = kSlack * queries;
  return gaussian_epsilon_of(std::sqrt(2 * rho) * kMargin, delta * std::exp(-2 * slack)) + slack;
}

}  // namespace tracetwin::dp
