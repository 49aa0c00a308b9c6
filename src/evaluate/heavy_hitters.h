#pragma once

#include <cstddef>
#include <cstdint>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Heavy-hitter estimation as NetShare runs it: four sketches of equal memory over three keys
/// (destination, source, five-tuple), the mean relative error of the estimates of all keys with
/// 0.1 % of the packets or more, and how far that error is from the one on the real trace.
/// Three (of a million keys) to ten repeats with other hash functions. The figures of key number
/// `key`.
inline constexpr std::size_t kHeavyKeys = 3;
Group heavy_hitter_group(const Pair& pair, std::uint64_t seed, std::size_t key);

}  // namespace tracetwin::evaluate
