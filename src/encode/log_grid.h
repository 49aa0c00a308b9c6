#pragma once

#include <cstdint>

#include "base/random.h"

namespace tracetwin {

/// A public grid over whole numbers >= 0, fine where numbers are small: 0 … 2^bits - 1 have a cell
/// each, every octave above has 2^bits cells of equal width (the layout of an HDR histogram).
/// bits = 0: cells {0}, {1}, {2,3}, {4..7}, …
class LogGrid {
 public:
  constexpr LogGrid(unsigned bits, std::uint64_t largest)
      : bits_(bits), cells_(unlimited(largest) + 1) {}

  std::uint32_t cells() const { return cells_; }
  /// Cell of `value`; values above the largest fall into the last cell.
  std::uint32_t cell(std::uint64_t value) const;
  /// Smallest and largest value of a cell.
  std::uint64_t low(std::uint32_t cell) const;
  std::uint64_t high(std::uint32_t cell) const { return low(cell + 1) - 1; }
  /// A value inside the cell, uniform on the logarithmic scale.
  std::uint64_t draw(std::uint32_t cell, Random& random) const;

 private:
  constexpr std::uint32_t unlimited(std::uint64_t value) const {
    unsigned log2 = 0;
    for (std::uint64_t v = value; v > 1; v >>= 1) {
      ++log2;
    }
    if (value < (1ULL << bits_)) {
      return static_cast<std::uint32_t>(value);
    }
    return static_cast<std::uint32_t>(((log2 - bits_ + 1ULL) << bits_) +
                                      ((value >> (log2 - bits_)) - (1ULL << bits_)));
  }

  unsigned bits_;
  std::uint32_t cells_;
};

/// A whole number in [low, high], uniform on the logarithmic scale; 0 counts as 1/2.
std::uint64_t log_uniform(std::uint64_t low, std::uint64_t high, Random& random);

}  // namespace tracetwin
