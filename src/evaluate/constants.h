#pragma once

#include <limits>

namespace tracetwin::evaluate {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kNsPerSecond = 1e9;
inline constexpr double kPercent = 100;

}  // namespace tracetwin::evaluate
