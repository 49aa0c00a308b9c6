// For every order alpha > 1, rho-zCDP implies
//   log delta <= (alpha - 1)(alpha rho - epsilon) - log(alpha - 1) + alpha log(1 - 1/alpha),
// a convex function of alpha whose derivative (2 alpha - 1) rho - epsilon + log(1 - 1/alpha) has
// one zero. Every alpha gives a valid bound, so an inexact zero costs tightness (of second order)
// and never safety. Written in b = alpha - 1, searched in log b: optimal orders lie close to 1 when
// delta is close to 1. epsilon and rho come from an outer bisection, which stops at neighbouring
// doubles and returns the safe one.
#include "dp/zcdp.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "dp/bisect.h"

namespace tracetwin::dp {
namespace {

double log_delta_at(double rho, double epsilon, double b) {
  const double loss = b * ((1 + b) * rho - epsilon);
  const double entropy = b * std::log(b) - (1 + b) * std::log1p(b);
  const double magnitude = b * ((1 + b) * rho + epsilon) + std::abs(entropy);
  return loss + entropy + 1e-12 + 8 * std::numeric_limits<double>::epsilon() * magnitude;
}

double best_order_minus_one(double rho, double epsilon) {
  const auto rising = [&](double log_b) {
    const double b = std::exp(log_b);
    return (2 * b + 1) * rho - epsilon + log_b - std::log1p(b) >= 0;
  };
  const double upper = std::log((epsilon + 1) / (2 * rho) + 1);
  double low = -700;
  double high = upper;
  for (int i = 0; i < 64; ++i) {
    const double middle = (low + high) / 2;
    (rising(middle) ? high : low) = middle;
  }
  return std::exp(high);
}

double log_delta(double rho, double epsilon) {
  return std::fmin(0, log_delta_at(rho, epsilon, best_order_minus_one(rho, epsilon)));
}

void check_rho(double rho) {
  if (!std::isfinite(rho) || rho <= 0) {
    throw Error(fmt::format("rho is {}, expected a number above 0", rho));
  }
}

}  // namespace

double delta_of(double rho, double epsilon) {
  check_rho(rho);
  if (!std::isfinite(epsilon) || epsilon < 0) {
    throw Error(fmt::format("epsilon is {}, expected a number of at least 0", epsilon));
  }
  return std::exp(log_delta(rho, epsilon));
}

double epsilon_of(double rho, double delta) {
  check_rho(rho);
  check(Budget{1, delta});
  const double goal = std::log(delta);
  const auto too_small = [&](double epsilon) { return log_delta(rho, epsilon) > goal; };
  if (!too_small(0)) {
    return 0;
  }
  const double loose = rho + 2 * std::sqrt(rho * -goal);
  return bisect(0, 2 * loose + 1, too_small).no;
}

double rho_of(const Budget& budget) {
  check(budget);
  const double goal = std::log(budget.delta);
  const auto affordable = [&](double rho) { return log_delta(rho, budget.epsilon) <= goal; };
  const double loose = std::sqrt(budget.epsilon - goal) - std::sqrt(-goal);
  double too_much = loose * loose + std::numeric_limits<double>::min();
  while (affordable(too_much)) {
    too_much *= 2;
  }
  return bisect(0, too_much, affordable).yes;
}

}  // namespace tracetwin::dp
