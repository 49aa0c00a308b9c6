#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tracetwin {

/// One attribute of a table of codes: its name and how many cells (codes 0 … cells-1) it has.
/// The number of cells is public, or was paid for through the ledger.
struct Attribute {
  std::string name;
  std::uint32_t cells = 0;
};

/// The attributes of a table, in order.
using Domain = std::vector<Attribute>;

/// Records as codes, column by column: columns[a][row] < domain[a].cells.
struct Table {
  Domain domain;
  std::vector<std::vector<std::uint16_t>> columns;

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
  std::size_t width() const { return domain.size(); }
};

}  // namespace tracetwin
