// Subsampled Gaussian: with base law N(0, sigma^2) and mixture (1 - q) N(0, sigma^2) + q N(1,
// sigma^2), the loss of mixture against base at x is l(x) = log(1 - q + q exp((2 x - 1) / (2
// sigma^2))), rising from log(1 - q); of base against mixture it is -l(x). So an interval of losses
// is an interval of x, and its masses under P and Q are differences of normal distribution
// functions, taken on the side where they do not cancel. The masses P, Q of the losses in (e, e +
// h] go to its ends as P - b and b with b = (P - exp(e) Q) / (1 - exp(-h)), which keeps both.
// Losses above the grid count as infinite, those below it as its lowest point.
#include "dp/pld_gaussian.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

#include "base/error.h"
#include "dp/discrete_gaussian.h"
#include "dp/gaussian.h"

namespace tracetwin::dp {
namespace {

constexpr double kStep = PrivacyLoss::kStep;
constexpr double kReach = 9.7;  // standard deviations; a tail of 1.5e-22
constexpr double kMostGridPoints = 1 << 25;

std::size_t points_between(double least, double most) {
  if (!(most - least + 1 <= kMostGridPoints)) {
    throw Error("the privacy loss of so little noise needs more than 2^25 grid points",
                "Use more noise.");
  }
  return static_cast<std::size_t>(most - least) + 1;
}

struct Masses {
  double p;
  double q;
};

// `between(from, to)`: masses of the losses in (from, to].
PrivacyLoss connected(double least_loss, double most_loss,
                      const std::function<Masses(double, double)>& between) {
  const double least = std::floor(least_loss / kStep);
  const double most = std::ceil(most_loss / kStep);
  std::vector<double> masses(points_between(least, most));
  masses[0] = between(-INFINITY, least * kStep).p;
  for (std::size_t i = 0; i + 1 < masses.size(); ++i) {
    const double from = (least + static_cast<double>(i)) * kStep;
    const Masses interval = between(from, from + kStep);
    const double gap = interval.p - std::exp(from) * interval.q;
    const double upper = std::clamp(gap / -std::expm1(-kStep), 0.0, interval.p);
    masses[i] += interval.p - upper;
    masses[i + 1] += upper;
  }
  const double infinite = between(most * kStep, INFINITY).p;
  return PrivacyLoss(static_cast<std::int64_t>(least), std::move(masses), infinite);
}

double normal_between(double from, double to) {
  return from > 0 ? normal_cdf(-from) - normal_cdf(-to) : normal_cdf(to) - normal_cdf(from);
}

class Mixture {
 public:
  Mixture(double rate, double sigma) : rate_(rate), sigma_(sigma) {}

  double loss(double x) const {
    const double exponent = (2 * x - 1) / (2 * sigma_ * sigma_);
    return exponent > 0 ? exponent + std::log(rate_ + (1 - rate_) * std::exp(-exponent))
                        : std::log1p(rate_ * std::expm1(exponent));
  }
  double x_of(double loss) const { return sigma_ * sigma_ * exponent_of(loss) + 0.5; }
  double base(double from, double to) const { return normal_between(from / sigma_, to / sigma_); }
  double mixed(double from, double to) const {
    return (1 - rate_) * base(from, to) + rate_ * base(from - 1, to - 1);
  }

 private:
  double exponent_of(double loss) const {
    if (loss > 0) {
      return loss - std::log(rate_) + std::log1p((rate_ - 1) * std::exp(-loss));
    }
    const double ratio = std::expm1(loss) / rate_;
    return ratio <= -1 ? -INFINITY : std::log1p(ratio);
  }

  double rate_;
  double sigma_;
};

}  // namespace

PrivacyLoss discrete_gaussian_loss(const Sigma2& sigma2) {
  const double variance = sigma2.value();
  const double reach = std::ceil(kReach * std::sqrt(variance)) + 1;
  const auto point_of = [&](double k) {
    constexpr double kRounding = 1e-9;  // losses that are on the grid stay there
    return std::ceil((2 * k + 1) / (2 * variance) / kStep - kRounding);
  };
  const double least = point_of(-reach);
  std::vector<double> masses(points_between(least, point_of(reach)));
  for (double k = -reach; k <= reach; ++k) {
    masses[static_cast<std::size_t>(point_of(k) - least)] +=
        discrete_gaussian_pmf(sigma2, static_cast<std::int64_t>(k));
  }
  const double tail = discrete_gaussian_upper_tail(sigma2, static_cast<std::int64_t>(reach) + 1);
  masses[0] += tail;
  return PrivacyLoss(static_cast<std::int64_t>(least), std::move(masses), tail);
}

SubsampledGaussianLoss SubsampledGaussianLoss::one_step(double rate, double noise_multiplier) {
  if (!(rate > 0 && rate <= 1) || !(noise_multiplier >= 0.1) || !std::isfinite(noise_multiplier)) {
    throw Error(
        fmt::format("a sampling rate of {} with a noise multiplier of {}, expected a rate "
                    "above 0 and up to 1 and a multiplier of at least 0.1",
                    rate, noise_multiplier));
  }
  const Mixture mixture(rate, noise_multiplier);
  const double reach = kReach * noise_multiplier;
  const auto remove = [&](double from, double to) -> Masses {
    const double x = mixture.x_of(from);
    const double y = mixture.x_of(to);
    return {mixture.mixed(x, y), mixture.base(x, y)};
  };
  const auto add = [&](double from, double to) -> Masses {
    const double x = mixture.x_of(-to);
    const double y = mixture.x_of(-from);
    return {mixture.base(x, y), mixture.mixed(x, y)};
  };
  const double least = mixture.loss(-reach);
  return {connected(least, mixture.loss(1 + reach), remove),
          connected(-mixture.loss(reach), -least, add)};
}

SubsampledGaussianLoss SubsampledGaussianLoss::composed(std::uint64_t times, double cut) const {
  return {remove.composed(times, cut), add.composed(times, cut)};
}

SubsampledGaussianLoss SubsampledGaussianLoss::composed_with(
    const SubsampledGaussianLoss& other) const {
  return {remove.composed_with(other.remove), add.composed_with(other.add)};
}

double SubsampledGaussianLoss::epsilon_at(double delta) const {
  return std::max(remove.epsilon_at(delta), add.epsilon_at(delta));
}

double SubsampledGaussianLoss::delta_at(double epsilon) const {
  return std::max(remove.delta_at(epsilon), add.delta_at(epsilon));
}

}  // namespace tracetwin::dp
