#include "marginal/systematic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tracetwin::marginal {

std::size_t EvenPoints::points() const {
  const auto first = static_cast<std::size_t>(offset);
  return first >= total ? 0 : (total - first + stride - 1) / stride;
}

std::vector<std::uint32_t> systematic_counts(std::span<const double> weights,
                                             const EvenPoints& points) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(sum > 0)) {
    const std::vector<double> alike(weights.size(), 1.0);
    return alike.empty() ? std::vector<std::uint32_t>{} : systematic_counts(alike, points);
  }
  const std::size_t all = points.points();
  const double scale = static_cast<double>(points.total) / static_cast<double>(points.stride) / sum;
  const double shift = points.offset / static_cast<double>(points.stride);
  std::vector<std::uint32_t> counts(weights.size());
  double cumulative = 0;
  std::size_t taken = 0;
  std::size_t last = 0;
  for (std::size_t cell = 0; cell < weights.size(); ++cell) {
    if (weights[cell] > 0) {
      cumulative += weights[cell];
      const double below = std::ceil(cumulative * scale - shift);
      const auto upto = std::min(all, static_cast<std::size_t>(std::max(below, 0.0)));
      counts[cell] = static_cast<std::uint32_t>(upto - taken);
      taken = upto;
      last = cell;
    }
  }
  counts[last] += static_cast<std::uint32_t>(all - taken);
  return counts;
}

}  // namespace tracetwin::marginal
