#include "dp/sampled_gaussian.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <vector>

#include "base/error.h"
#include "dp/gdp.h"
#include "dp/pld_gaussian.h"
#include "dp/rdp.h"

namespace tracetwin::dp {
namespace {

constexpr double kLeastNoise = 0.3;  // below it grids of losses grow beyond use
constexpr double kMostNoise = 10'000;
constexpr double kStride = 1.2;
constexpr double kPrecision = 0.002;
/// The rounding of discrete noise takes less than this part of its variance on such a grid, and
/// changes a step's loss by less than 1e-9 (dp/gdp.h).
constexpr double kGridMargin = 1 + 1e-6;

/// The budget less what rounding of `steps` releases and of kMostQueries more can cost.
Budget tightened(const Budget& budget, std::uint64_t steps) {
  const double slack = kSlack * (static_cast<double>(kMostQueries) + static_cast<double>(steps));
  return {budget.epsilon - slack, budget.delta * std::exp(-2 * slack)};
}

/// An upper end: Renyi costs add up and are cheap.
bool keeps_by_rdp(const Budget& budget, double rho, const SampledSteps& sampled, double noise) {
  const std::vector<double> orders = usual_rdp_orders();
  std::vector<double> costs;
  costs.reserve(orders.size());
  for (const double order : orders) {
    costs.push_back(order * rho + static_cast<double>(sampled.steps) *
                                      subsampled_gaussian_rdp(sampled.rate, noise, order));
  }
  return epsilon_of_rdp(orders, costs, budget.delta).epsilon <= budget.epsilon;
}

class Judge {
 public:
  Judge(const Budget& budget, double rho, const SampledSteps& sampled)
      : budget_(budget), sampled_(sampled) {
    if (rho > 0) {
      gaussian_ = SubsampledGaussianLoss::one_step(1, 1 / std::sqrt(2 * rho));
    }
  }

  bool keeps(double noise) const {
    const auto steps =
        SubsampledGaussianLoss::one_step(sampled_.rate, noise).composed(sampled_.steps);
    const auto all = gaussian_ ? steps.composed_with(*gaussian_) : steps;
    return all.delta_at(budget_.epsilon) <= budget_.delta;
  }

 private:
  Budget budget_;
  SampledSteps sampled_;
  std::optional<SubsampledGaussianLoss> gaussian_;
};

[[noreturn]] void refuse(const SampledSteps& sampled) {
  throw Error(fmt::format("the privacy budget does not pay for {} steps of a sampling rate of {:g}",
                          sampled.steps, sampled.rate),
              "Give a larger --epsilon, fewer steps or a smaller sampling rate.",
              ExitCode::kBudgetExceeded);
}

double upper_end(const Budget& budget, double rho, const SampledSteps& sampled) {
  for (double noise = 2 * kLeastNoise; noise <= kMostNoise; noise *= 1.25) {
    if (keeps_by_rdp(budget, rho, sampled, noise)) {
      return noise;
    }
  }
  refuse(sampled);
}

}  // namespace

double sampled_gaussian_noise(const Budget& budget, double rho, const SampledSteps& sampled) {
  check(budget);
  const Budget tight = tightened(budget, sampled.steps);
  if (tight.epsilon <= 0) {
    refuse(sampled);
  }
  const Judge judge(tight, rho, sampled);
  double enough = upper_end(tight, rho, sampled);
  double too_little = enough / kStride;
  while (too_little > kLeastNoise && judge.keeps(too_little)) {
    enough = too_little;
    too_little = enough / kStride;
  }
  while (enough > too_little * (1 + kPrecision)) {
    const double middle = std::sqrt(enough * too_little);
    (judge.keeps(middle) ? enough : too_little) = middle;
  }
  return enough * kGridMargin;
}

}  // namespace tracetwin::dp
