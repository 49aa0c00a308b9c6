#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace tracetwin::evaluate {

/// Keys of a stream with their true counts, each key once. Sketches are linear in the counts, or
/// (NitroSketch) sample them packet by packet, so the order of packets does not matter.
struct KeyCounts {
  std::vector<std::uint64_t> keys;
  std::vector<std::uint64_t> counts;
};

/// Size of a sketch: `depth` rows of `width` counters. UnivMon divides the same counters among its
/// levels, so all four sketches have equal memory.
struct SketchSize {
  std::size_t depth = 5;
  std::size_t width = 1000;
};

/// Estimates of the counts of the keys asked for (by their place in the stream), after the whole
/// stream went into one sketch.
using Estimates = std::vector<double>;
using Asked = std::span<const std::uint32_t>;

/// Which keys a sketch takes for heavy: those that it estimates at `threshold` or more.
struct Detection {
  double threshold = 0;
  std::size_t detected = 0;  ///< filled in
  std::size_t right = 0;     ///< of these, those whose true count is as large; filled in
};

/// All four fill in `detection`, which may be nullptr.
///
/// Count-Min (Cormode and Muthukrishnan 2005): the least counter. Never below the count.
Estimates count_min(const KeyCounts& stream, Asked asked, const SketchSize& size,
                    std::uint64_t seed, Detection* detection = nullptr);
/// Count Sketch (Charikar, Chen and Farach-Colton 2002): counters with signs, the median.
Estimates count_sketch(const KeyCounts& stream, Asked asked, const SketchSize& size,
                       std::uint64_t seed, Detection* detection = nullptr);
/// UnivMon (Liu et al. 2016): eight Count Sketches, each over half of the keys of the one before;
/// a key's count is read at the deepest level that still has it.
Estimates univmon(const KeyCounts& stream, Asked asked, const SketchSize& size, std::uint64_t seed,
                  Detection* detection = nullptr);
/// NitroSketch (Liu et al. 2019): a Count Sketch each row of which takes a packet with probability
/// 1/10 and then counts it ten times.
Estimates nitro_sketch(const KeyCounts& stream, Asked asked, const SketchSize& size,
                       std::uint64_t seed, Detection* detection = nullptr);

/// How many of `trials` succeed when each does with probability 1/10: exact up to 100,000 trials,
/// beyond that normal with the same moments.
std::uint64_t one_in_ten(std::uint64_t trials, Random& random);

}  // namespace tracetwin::evaluate
