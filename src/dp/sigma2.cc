#include "dp/sigma2.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace tracetwin::dp {

Sigma2 Sigma2::at_least(double value) {
  if (!(value > 0 && value <= static_cast<double>(kLargest) / 2)) {
    throw Error(fmt::format("a noise variance of {} is out of range (above 0, up to 2^49)", value),
                "Use a larger privacy budget or fewer releases.");
  }
  constexpr int kNumeratorBits = 28;
  const int shift = std::clamp(kNumeratorBits - 1 - std::ilogb(value), 0, 50);
  const auto numerator = static_cast<std::uint64_t>(std::ceil(std::ldexp(value, shift)));
  return {numerator, std::uint64_t{1} << shift};
}

}  // namespace tracetwin::dp
