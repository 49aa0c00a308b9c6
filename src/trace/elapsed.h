#pragma once

#include <cstdint>
#include <limits>

namespace tracetwin {

/// later - earlier in nanoseconds, or the largest number there is when that does not fit (time
/// stamps of damaged captures are anything).
constexpr std::int64_t elapsed(std::int64_t earlier, std::int64_t later) {
  std::int64_t difference = 0;
  return __builtin_sub_overflow(later, earlier, &difference)
             ? std::numeric_limits<std::int64_t>::max()
             : difference;
}

}  // namespace tracetwin
