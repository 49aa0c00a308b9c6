#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
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

/// Columns of codes: columns[a][row].
using Columns = std::vector<std::vector<std::uint16_t>>;
using ColumnViews = std::vector<std::span<const std::uint16_t>>;

inline ColumnViews views(const Columns& columns) {
  return {columns.begin(), columns.end()};
}

/// Records as codes, column by column: columns[a][row] < domain[a].cells.
struct Table {
  Domain domain;
  Columns columns;

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
  std::size_t width() const { return domain.size(); }
};

/// Records as codes that are read block by block, from several threads at once: what may be longer
/// than memory. Every code is below its attribute's cells.
class Codes {
 public:
  virtual ~Codes() = default;
  virtual const Domain& domain() const = 0;
  virtual std::size_t rows() const = 0;
  virtual std::size_t blocks() const = 0;
  /// The records of a block; `buffer` must outlive the views. Every column has as many rows.
  virtual ColumnViews block(std::size_t index, Columns& buffer) const = 0;
};

/// A table in memory, which must outlive this.
class TableCodes final : public Codes {
 public:
  explicit TableCodes(const Table& table) : table_(table) {}
  const Domain& domain() const override { return table_.domain; }
  std::size_t rows() const override { return table_.rows(); }
  std::size_t blocks() const override { return (rows() + kBlock - 1) / kBlock; }
  ColumnViews block(std::size_t index, Columns& /*buffer*/) const override;

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 16;
  const Table& table_;
};

}  // namespace tracetwin
