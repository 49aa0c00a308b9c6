// delta(epsilon) = infinite + sum over losses l > epsilon of mass(l) (1 - exp(epsilon - l)). Going
// down the grid from its top, M = sum of mass(l) and W = sum of mass(l) exp(epsilon - l) over the
// losses passed are updated by one product and two sums a point, so delta = infinite + M - W;
// between two points only the factor of W changes, which gives epsilon in closed form.
//
// Composition: the transform of the masses, wrapped around a window of 2^k grid points, to the
// power of `times`, is the transform of the composed masses wrapped around the same window. The
// window holds all but `cut` of them on either side by Chernoff's bound, log P[sum > t] <= times *
// log E[exp(order * loss)] - order * t, for the best of a few orders. Mass that wraps from below
// lands too high (safe); mass that wraps from above would land too low, hence its bound is added to
// the infinite loss.
#include "dp/pld.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <utility>

#include "base/error.h"
#include "dp/budget.h"
#include "dp/fft.h"

namespace tracetwin::dp {
namespace {

constexpr std::size_t kMostPoints = std::size_t{1} << 25;
constexpr std::uint64_t kMostTimes = 1'000'000'000;

[[noreturn]] void too_wide() {
  throw Error("a privacy-loss distribution needs more than 2^25 grid points",
              "Compose fewer steps, or use more noise.");
}

struct Window {
  std::int64_t first;
  std::size_t size;  ///< a power of two
};

double log_moment(const PrivacyLoss& loss, double order) {
  const auto at = [&](std::size_t i) {
    return order * PrivacyLoss::kStep *
           static_cast<double>(loss.lowest() + static_cast<std::int64_t>(i));
  };
  const std::size_t last = loss.masses().size() - 1;
  const double high = std::max(at(0), at(last));
  double sum = 0;
  for (std::size_t i = 0; i <= last; ++i) {
    sum += loss.masses()[i] * std::exp(at(i) - high);
  }
  return std::log(sum) + high;
}

double standard_deviation(const PrivacyLoss& loss) {
  double mass = 0;
  double mean = 0;
  double square = 0;
  for (std::size_t i = 0; i < loss.masses().size(); ++i) {
    const double x = static_cast<double>(i);
    mass += loss.masses()[i];
    mean += x * loss.masses()[i];
    square += x * x * loss.masses()[i];
  }
  mean /= mass;
  return PrivacyLoss::kStep * std::sqrt(std::max(square / mass - mean * mean, 0.25));
}

// A loss that the sum of `times` exceeds with probability at most `cut` (sign 1), or stays below
// (sign -1).
double chernoff_bound(const PrivacyLoss& loss, double times, double cut, int sign) {
  const double log_cut = -std::log(cut);
  const double scale = std::sqrt(2 * log_cut / times) / standard_deviation(loss);
  double best = INFINITY;
  for (double order = scale / 16; order < scale * 24; order *= 2) {
    best = std::min(best, (times * log_moment(loss, sign * order) + log_cut) / order);
  }
  return sign * best;
}

Window window_of(const PrivacyLoss& loss, std::uint64_t times, double cut) {
  const auto count = static_cast<std::int64_t>(times);
  const auto last = loss.lowest() + static_cast<std::int64_t>(loss.masses().size()) - 1;
  const auto n = static_cast<double>(times);
  const double low = std::max(chernoff_bound(loss, n, cut, -1) / PrivacyLoss::kStep,
                              static_cast<double>(loss.lowest()) * n);
  const double high =
      std::min(chernoff_bound(loss, n, cut, 1) / PrivacyLoss::kStep, static_cast<double>(last) * n);
  if (!(high - low < static_cast<double>(kMostPoints))) {
    too_wide();
  }
  const auto first = std::max(static_cast<std::int64_t>(std::floor(low)), loss.lowest() * count);
  const auto end = std::min(static_cast<std::int64_t>(std::ceil(high)), last * count);
  const auto needed = static_cast<std::size_t>(std::max<std::int64_t>(end - first + 1, 1));
  return {first, std::bit_ceil(needed)};
}

std::size_t wrapped(std::int64_t index, std::size_t size) {
  return static_cast<std::size_t>(index) & (size - 1);  // size is a power of two
}

std::vector<std::complex<double>> wrapped_masses(const PrivacyLoss& loss, std::size_t size) {
  std::vector<std::complex<double>> values(size);
  for (std::size_t i = 0; i < loss.masses().size(); ++i) {
    values[wrapped(loss.lowest() + static_cast<std::int64_t>(i), size)] += loss.masses()[i];
  }
  return values;
}

std::complex<double> power(std::complex<double> base, std::uint64_t exponent) {
  std::complex<double> result = 1;
  for (; exponent != 0; exponent /= 2) {
    if (exponent % 2 == 1) {
      result = times(result, base);
    }
    base = times(base, base);
  }
  return result;
}

PrivacyLoss unwrapped(const std::vector<std::complex<double>>& values, std::int64_t first,
                      double infinite_mass) {
  std::vector<double> masses(values.size());
  for (std::size_t i = 0; i < masses.size(); ++i) {
    const auto index = first + static_cast<std::int64_t>(i);
    masses[i] = std::max(values[wrapped(index, values.size())].real(), 0.0);
  }
  return PrivacyLoss(first, std::move(masses), infinite_mass);
}

}  // namespace

PrivacyLoss::PrivacyLoss(std::int64_t lowest, std::vector<double> masses, double infinite_mass)
    : lowest_(lowest), masses_(std::move(masses)), infinite_mass_(std::min(infinite_mass, 1.0)) {
  if (masses_.size() > kMostPoints) {
    too_wide();
  }
  const auto good = [](double mass) { return std::isfinite(mass) && mass >= 0; };
  if (masses_.empty() || !std::all_of(masses_.begin(), masses_.end(), good) ||
      !good(infinite_mass_)) {
    throw Error("a privacy-loss distribution has no masses, or one that is no probability");
  }
}

PrivacyLoss PrivacyLoss::composed(std::uint64_t times, double cut) const {
  if (times == 0 || times > kMostTimes || !(cut > 0 && cut < 1)) {
    throw Error(
        fmt::format("a privacy loss was to be composed {} times with a cut of {}", times, cut));
  }
  if (times == 1) {
    return *this;
  }
  const Window window = window_of(*this, times, cut);
  std::vector<std::complex<double>> values = wrapped_masses(*this, window.size);
  const Fft fft(window.size);
  fft.forward(values);
  for (std::complex<double>& value : values) {
    value = power(value, times);
  }
  fft.inverse(values);
  const double infinite =
      -std::expm1(static_cast<double>(times) * std::log1p(-infinite_mass_)) + cut;
  return unwrapped(values, window.first, infinite);
}

PrivacyLoss PrivacyLoss::composed_with(const PrivacyLoss& other) const {
  const std::size_t needed = masses_.size() + other.masses_.size() - 1;
  if (needed > kMostPoints) {
    too_wide();
  }
  const Fft fft(std::bit_ceil(needed));
  std::vector<std::complex<double>> values = wrapped_masses(*this, fft.size());
  std::vector<std::complex<double>> others = wrapped_masses(other, fft.size());
  fft.forward(values);
  fft.forward(others);
  std::transform(values.begin(), values.end(), others.begin(), values.begin(), times);
  fft.inverse(values);
  const double infinite =
      infinite_mass_ + other.infinite_mass_ - infinite_mass_ * other.infinite_mass_;
  return unwrapped(values, lowest_ + other.lowest_, infinite);
}

double PrivacyLoss::delta_at(double epsilon) const {
  if (!(epsilon >= 0)) {
    throw Error(fmt::format("epsilon is {}, expected a number of at least 0", epsilon));
  }
  double delta = infinite_mass_;
  for (std::size_t i = masses_.size(); i-- > 0;) {
    const double loss = kStep * static_cast<double>(lowest_ + static_cast<std::int64_t>(i));
    if (loss <= epsilon) {
      break;
    }
    delta += masses_[i] * -std::expm1(epsilon - loss);
  }
  return std::min(delta, 1.0);
}

double PrivacyLoss::epsilon_at(double delta) const {
  check(Budget{1, delta});
  if (infinite_mass_ > delta) {
    return INFINITY;
  }
  const double shrink = std::exp(-kStep);
  double mass = infinite_mass_;
  double weighted = 0;
  for (std::size_t i = masses_.size(); i-- > 0;) {
    mass += masses_[i];
    weighted += masses_[i];
    if (mass - weighted * shrink > delta) {
      const double loss = kStep * static_cast<double>(lowest_ + static_cast<std::int64_t>(i));
      return std::max(0.0, loss + std::log((mass - delta) / weighted));
    }
    weighted *= shrink;
  }
  return 0;
}

}  // namespace tracetwin::dp
