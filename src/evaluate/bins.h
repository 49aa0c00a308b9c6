#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// A column of both traces in bins that depend on the real one only, so that values outside its
/// range have bins of their own and cannot be lost.
struct BinnedColumn {
  std::string name;
  bool core = true;  ///< neither an address nor time
  std::uint32_t bins = 0;
  std::vector<std::uint8_t> real;  ///< one a row, below `bins` (at most 255)
  std::vector<std::uint8_t> synthetic;
};

/// One of so many equal shares of a trace's rows, which lie behind one another.
struct RowShare {
  std::size_t share = 0;
  std::size_t of = 1;

  std::size_t begin(std::size_t rows) const { return rows * share / of; }
  std::size_t end(std::size_t rows) const { return rows * (share + 1) / of; }
};

/// Addresses, ports, protocol, categories, numbers and time, in that order. Addresses: the 15
/// busiest and blocks of the top three bits (IPv6: one block). Ports: the 15 busiest and eight
/// ranges. Categories: the 31 most frequent and the rest. Numbers: each value when there are at
/// most 24; otherwise values with 5 % or more of the rows and 16 quantile bins of the others, with
/// one below and one above. Bins are those of all real rows; rows are those of the share.
std::vector<BinnedColumn> bin_columns(const Pair& pair, const RowShare& share = {});

}  // namespace tracetwin::evaluate
