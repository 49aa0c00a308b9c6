#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "base/random.h"

namespace tracetwin::evaluate {

/// `most` of the numbers below `count`, each as likely, without repetition and ascending; all of
/// them when there are no more.
inline std::vector<std::uint32_t> some_of(std::size_t count, std::size_t most, Random& random) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0U);
  if (count > most) {
    for (std::size_t i = 0; i < most; ++i) {
      std::swap(all[i], all[i + random.below(count - i)]);
    }
    all.resize(most);
    std::ranges::sort(all);
  }
  return all;
}

}  // namespace tracetwin::evaluate
