#include "cli/size_histogram.h"

#include <algorithm>
#include <cmath>

namespace tracetwin::cli {

std::uint32_t SizeHistogram::quantile(double share) const {
  const double rank = std::ceil(share * static_cast<double>(count_));
  const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(rank));
  std::uint64_t seen = 0;
  for (std::size_t size = 0; size < kCells; ++size) {
    seen += cells_[size];
    if (seen >= wanted) {
      return static_cast<std::uint32_t>(size);
    }
  }
  return largest_;
}

}  // namespace tracetwin::cli
