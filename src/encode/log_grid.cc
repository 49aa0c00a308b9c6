#include "encode/log_grid.h"

#include <algorithm>
#include <cmath>

namespace tracetwin {

std::uint32_t LogGrid::cell(std::uint64_t value) const {
  return std::min(unlimited(value), cells_ - 1);
}

std::uint64_t LogGrid::low(std::uint32_t cell) const {
  const std::uint64_t base = 1ULL << bits_;
  if (cell < base) {
    return cell;
  }
  const std::uint64_t octave = (cell >> bits_) - 1;
  return (base + (cell & (base - 1))) << octave;
}

std::uint64_t LogGrid::draw(std::uint32_t cell, Random& random) const {
  return log_uniform(low(cell), high(cell), random);
}

std::uint64_t log_uniform(std::uint64_t low, std::uint64_t high, Random& random) {
  if (low >= high) {
    return low;
  }
  const double from = std::log(std::max(0.5, static_cast<double>(low)));
  const double to = std::log(static_cast<double>(high) + 1);
  const double drawn = std::exp(from + random.uniform() * (to - from));
  return std::clamp(static_cast<std::uint64_t>(drawn), low, high);
}

}  // namespace tracetwin
