#include "dp/sigma2.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace tracetwin::dp {

Sigma2 Sigma2::at_least(double value) {
  if (!(value > 0)) {
    throw Error(fmt::format("a noise variance of {} was asked for, expected one above 0", value));
  }
  if (value > static_cast<double>(kLargest) / 2) {
    throw Error(fmt::format("the privacy budget is too small: a release would carry noise of "
                            "variance {:.3g}, which is more than 2^49",
                            value),
                "Give a larger --epsilon (usual values lie between 0.1 and 10).",
                ExitCode::kBudgetExceeded);
  }
  constexpr int kNumeratorBits = 28;
  const int shift = std::clamp(kNumeratorBits - 1 - std::ilogb(value), 0, 50);
  const auto numerator = static_cast<std::uint64_t>(std::ceil(std::ldexp(value, shift)));
  return {numerator, std::uint64_t{1} << shift};
}

}  // namespace tracetwin::dp
