#include "engine/marginal/forecast.h"

#include <cmath>
#include <numbers>

namespace tracetwin::engine {
namespace {

// E|X| of a normal X with standard deviation 1.
const double kMeanDeviation = std::sqrt(2 * std::numbers::inv_pi);

}  // namespace

NoiseForecast NoiseForecast::with_budget(double rho, double l2_sensitivity) {
  return {rho, l2_sensitivity};
}

NoiseForecast NoiseForecast::without_budget() {
  return {0, 0};
}

double NoiseForecast::total_error(double two_thirds, double cells) const {
  return rho_ == 0 ? cells * kMeanDeviation * kPseudoSigma
                   : kNoiseLeft * l2_sensitivity_ * std::pow(two_thirds, 1.5) /
                         std::sqrt(std::numbers::pi * rho_);
}

double NoiseForecast::table_error(double cells, double two_thirds) const {
  if (rho_ == 0) {
    return cells * kMeanDeviation * kPseudoSigma;
  }
  const double own_rho = rho_ * two_thirds_power(cells) / two_thirds;
  return kNoiseLeft * cells * kMeanDeviation * l2_sensitivity_ / std::sqrt(2 * own_rho);
}

double two_thirds_power(double cells) {
  return std::cbrt(cells * cells);
}

std::vector<double> allocate_rho(std::span<const double> cells, double rho) {
  constexpr double kRoundingReserve = 1 - 1e-12;
  double sum = 0;
  for (const double size : cells) {
    sum += two_thirds_power(size);
  }
  std::vector<double> shares;
  for (const double size : cells) {
    shares.push_back(kRoundingReserve * rho * two_thirds_power(size) / sum);
  }
  return shares;
}

}  // namespace tracetwin::engine
