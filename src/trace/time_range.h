#pragma once

#include <cstdint>

namespace tracetwin {

/// Times of records and packets that can be worked with are 0 … kEndOfTimeNs - 1, nanoseconds since
/// the epoch: 1970 until 2262-01-01T00:00:00Z. The last months that 64 bits could still hold are
/// left free, so that sums of a time and a span do not overflow.
inline constexpr std::int64_t kEndOfTimeNs = 9'214'646'400'000'000'000;

constexpr bool is_possible_time(std::int64_t time_ns) {
  return time_ns >= 0 && time_ns < kEndOfTimeNs;
}

}  // namespace tracetwin
