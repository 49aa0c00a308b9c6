// A proposal Y from the discrete Laplace law of scale t (P[Y = y] proportional to exp(-|y| / t)) is
// accepted with probability exp(-(|Y| - sigma^2 / t)^2 / (2 sigma^2)), which for sigma^2 = p / q is
// exp(-(|Y| q t - p)^2 / (2 p q t^2)). |Y| = U + t V with U uniform in [0, t), kept with
// probability exp(-U / t), and V the number of coins of bias exp(-1) won in a row. A coin of bias
// exp(-n / d), 0 <= n <= d, counts how many coins of bias n / d, n / (2 d), n / (3 d), ... are won:
// heads when that number is even.
//
// Given X >= T, T > sigma: X = T + G has P[G = g] proportional to exp(-g T / sigma^2) times
// exp(-g^2 / (2 sigma^2)); so G is proposed from the geometric law exp(-T q / p) and accepted with
// probability exp(-g^2 q / (2 p)). X with P[X = x] proportional to exp(-x / p) gives
// G = floor(X / (T q)).
//
// Sizes: p, q <= 2^50 and V <= kMostCoins < 2^10, hence |Y| < 2^10 t, q t^2 <= max(4 p, q) and
// |Y| q t < 2^62: every square fits 126 bits. V beyond the limit is redrawn; it has probability
// below e^-1000. Where numerator and denominator fit 64 bits (sigma up to about 10^4 with fractions
// made by Sigma2::at_least) the last coin is computed in 64 bits.
#include "dp/discrete_gaussian.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/error.h"

namespace tracetwin::dp {
namespace {

constexpr std::uint64_t kMostCoins = 1000;
constexpr std::int64_t kLargestThreshold = std::int64_t{1} << 40;

bool coin_exp_minus_one(NoiseSource& noise) {
  std::uint64_t trial = 2;
  while (noise.below(trial) == 0) {
    ++trial;
  }
  return trial % 2 == 1;
}

template <class Word>
bool coin_exp_minus_fraction(NoiseSource& noise, Word n, Word d) {
  std::uint64_t trial = 1;
  while (noise.below(d) < n && (trial == 1 || noise.below(trial) == 0)) {
    ++trial;
  }
  return trial % 2 == 1;
}

template <class Word>
bool coin_exp_minus(NoiseSource& noise, Word n, Word d) {
  for (; n >= d; n -= d) {
    if (!coin_exp_minus_one(noise)) {
      return false;
    }
  }
  return coin_exp_minus_fraction(noise, n, d);
}

// P[x] proportional to exp(-x / scale), x >= 0; empty when the attempt was rejected.
std::optional<std::uint64_t> try_exponential(NoiseSource& noise, std::uint64_t scale) {
  const std::uint64_t rest = noise.below(scale);
  if (!coin_exp_minus_fraction(noise, rest, scale)) {
    return std::nullopt;
  }
  std::uint64_t coins = 0;
  while (coin_exp_minus_one(noise)) {
    if (++coins > kMostCoins) {
      return std::nullopt;
    }
  }
  return rest + scale * coins;
}

std::uint64_t floor_sqrt_of_fraction(std::uint64_t p, std::uint64_t q) {
  const std::uint64_t whole = p / q;
  return static_cast<std::uint64_t>(std::sqrt(static_cast<double>(whole)));
}

void check_range(const Sigma2& sigma2) {
  const auto fits = [](std::uint64_t value) { return value >= 1 && value <= Sigma2::kLargest; };
  if (!fits(sigma2.numerator) || !fits(sigma2.denominator)) {
    throw Error(fmt::format("the noise variance {}/{} is out of range (both parts 1 to 2^50)",
                            sigma2.numerator, sigma2.denominator));
  }
}

}  // namespace

DiscreteGaussian::DiscreteGaussian(const Sigma2& sigma2)
    : p_(sigma2.numerator), q_(sigma2.denominator) {
  check_range(sigma2);
  scale_ = floor_sqrt_of_fraction(p_, q_) + 1;
  qt_ = q_ * scale_;
  accept_divisor_ = Wide{2} * p_ * qt_ * scale_;
}

std::int64_t DiscreteGaussian::draw(NoiseSource& noise) const {
  for (;;) {
    const std::optional<std::uint64_t> size = try_exponential(noise, scale_);
    if (!size) {
      continue;
    }
    const bool negative = noise.bits() % 2 == 1;
    if ((negative && *size == 0) || !accepts(noise, *size)) {
      continue;
    }
    const auto value = static_cast<std::int64_t>(*size);
    return negative ? -value : value;
  }
}

bool DiscreteGaussian::accepts(NoiseSource& noise, std::uint64_t size) const {
  const std::uint64_t scaled = size * qt_;
  const std::uint64_t gap = scaled > p_ ? scaled - p_ : p_ - scaled;
  if (gap <= UINT32_MAX && accept_divisor_ <= UINT64_MAX) {
    return coin_exp_minus(noise, gap * gap, static_cast<std::uint64_t>(accept_divisor_));
  }
  return coin_exp_minus(noise, Wide{gap} * gap, accept_divisor_);
}

std::int64_t DiscreteGaussian::draw_tail(NoiseSource& noise, std::int64_t threshold) const {
  if (threshold > kLargestThreshold) {
    throw Error(
        fmt::format("a noise tail from {} was asked for, expected at most 2^40", threshold));
  }
  if (threshold >= 0 && static_cast<std::uint64_t>(threshold) >= scale_) {
    return threshold + draw_excess(noise, static_cast<std::uint64_t>(threshold));
  }
  for (;;) {
    const std::int64_t value = draw(noise);
    if (value >= threshold) {
      return value;
    }
  }
}

std::int64_t DiscreteGaussian::draw_excess(NoiseSource& noise, std::uint64_t threshold) const {
  const Wide step = Wide{threshold} * q_;
  for (;;) {
    const std::optional<std::uint64_t> fine = try_exponential(noise, p_);
    if (!fine) {
      continue;
    }
    const Wide excess = *fine / step;
    if (coin_exp_minus(noise, excess * excess * q_, Wide{2} * p_)) {
      return static_cast<std::int64_t>(excess);
    }
  }
}

}  // namespace tracetwin::dp
