#pragma once

#include <cstdint>
#include <vector>

namespace tracetwin {

/// Pairs of codes of two attributes, a < b, that no record can have, whatever the data (protocol
/// rules): cells[code of a * cells of b + code of b].
struct ImpossiblePair {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::vector<bool> cells;
};

}  // namespace tracetwin
