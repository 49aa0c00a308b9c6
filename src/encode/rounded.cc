#include "encode/rounded.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tracetwin {
namespace {

constexpr int kDigits = 6;
constexpr int kMostDigits = 15;  // that a double always has
constexpr int kSmallest = -6;    // exponents of ten
constexpr int kLargest = 15;
constexpr int kPowers = 22;  // those that are exact

double power(int exponent) {
  static const auto kTable = [] {
    std::array<double, kPowers> table = {};
    double value = 1;
    for (double& entry : table) {
      entry = value;
      value *= 10;
    }
    return table;
  }();
  return kTable[static_cast<std::size_t>(exponent)];
}

std::int64_t whole_power(int exponent) {
  return static_cast<std::int64_t>(power(exponent));
}

/// mantissa · 10^exponent, as a decimal of that text is read: one rounding.
double decimal(std::int64_t mantissa, int exponent) {
  const auto number = static_cast<double>(mantissa);
  return exponent < 0 ? number / power(-exponent) : number * power(exponent);
}

std::int64_t mantissa_of(double size, int exponent) {
  return std::llround(exponent < 0 ? size * power(-exponent) : size / power(exponent));
}

/// So many digits that bounds which lie near each other are as many steps apart as others are.
int digits_for(double low, double high) {
  const double size = std::max(std::abs(low), std::abs(high));
  const double common = high > low ? std::floor(std::log10(size / (high - low))) : kMostDigits;
  return static_cast<int>(std::clamp(kDigits + common, 0.0 + kDigits, 0.0 + kMostDigits));
}

}  // namespace

RoundedNumbers::RoundedNumbers(double low, double high, bool whole)
    : whole_(whole), digits_(digits_for(low, high)) {
  std::int64_t next = 1;
  for (int e = whole ? 0 : kSmallest; e <= kLargest; ++e) {
    decades_.push_back({e, digits_of(e), next});
    next += 9 * whole_power(digits_of(e) - 1);
  }
  const auto nearest = [&](double bound) {
    const auto found = rank(std::abs(bound));
    const std::int64_t size = found ? *found : std::abs(bound) < 1 ? 0 : next - 1;
    return bound < 0 ? -size : size;
  };
  first_ = nearest(low);
  last_ = nearest(high);
  first_ += signed_at(first_) < low ? 1 : 0;
  last_ -= signed_at(last_) > high ? 1 : 0;
}

std::optional<std::uint32_t> RoundedNumbers::index(double value) const {
  const auto size = rank(std::abs(value));
  if (!size) {
    return std::nullopt;
  }
  const std::int64_t place = value < 0 ? -*size : *size;
  return place < first_ || place > last_
             ? std::nullopt
             : std::optional(static_cast<std::uint32_t>(place - first_));
}

double RoundedNumbers::at(std::uint32_t index) const {
  return signed_at(first_ + index);
}

int RoundedNumbers::digits_of(int exponent) const {
  return whole_ ? std::min(exponent + 1, digits_) : digits_;
}

const RoundedNumbers::Decade* RoundedNumbers::decade(int exponent) const {
  const int at = exponent - decades_.front().exponent;
  return at < 0 || at >= static_cast<int>(decades_.size())
             ? nullptr
             : &decades_[static_cast<std::size_t>(at)];
}

std::optional<std::int64_t> RoundedNumbers::rank(double size) const {
  const double number = whole_ ? std::round(size) : size;
  if (number == 0) {
    return 0;
  }
  // The logarithm may round to the wrong side of a power of ten, and so may the mantissa.
  int exponent = static_cast<int>(std::floor(std::log10(number)));
  for (int tries = 0; tries < 2; ++tries) {
    const Decade* place = decade(exponent);
    if (place == nullptr) {
      return std::nullopt;
    }
    const std::int64_t least = whole_power(place->digits - 1);
    const std::int64_t mantissa = mantissa_of(number, exponent - place->digits + 1);
    if (mantissa >= least && mantissa < 10 * least) {
      return place->first + mantissa - least;
    }
    exponent += mantissa < least ? -1 : 1;
  }
  return std::nullopt;
}

double RoundedNumbers::size_at(std::int64_t rank) const {
  if (rank == 0) {
    return 0;
  }
  const auto behind = std::upper_bound(
      decades_.begin(), decades_.end(), rank,
      [](std::int64_t wanted, const Decade& decade) { return wanted < decade.first; });
  const Decade& place = *std::prev(behind);
  return decimal(rank - place.first + whole_power(place.digits - 1),
                 place.exponent - place.digits + 1);
}

}  // namespace tracetwin
