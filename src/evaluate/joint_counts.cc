// Joint histograms are dense arrays of at most a few ten thousand cells that stay in the cache;
// every pair and triple is one pass over two or three byte columns of each trace. Rows go to four
// histograms by turns, which are added up: most rows share few cells, and an increment that waits
// for the one before takes three times as long.
#include "evaluate/joint_counts.h"

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "evaluate/bins.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kRowsOfShare = 262'144;
constexpr std::size_t kMostShares = 16;  // each looks for the frequent codes among all real rows

using Codes = std::span<const std::uint8_t>;

std::size_t cells_of(const JointCounts& counts, const JointTable& table) {
  std::size_t cells = 1;
  for (std::size_t i = 0; i < table.width; ++i) {
    cells *= counts.columns[table.columns[i]].bins;
  }
  return cells;
}

/// The tables that columns have, without counts.
std::vector<JointTable> tables_of(const std::vector<JointCounts::Column>& columns,
                                  const std::string& label) {
  std::vector<JointTable> tables;
  const auto counts = [&](std::array<std::size_t, 3> triple) {
    return std::ranges::all_of(triple, [&](std::size_t at) { return columns[at].core; }) ||
           std::ranges::any_of(triple, [&](std::size_t at) { return columns[at].name == label; });
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    tables.push_back({{i}, 1, {}, {}});
    for (std::size_t j = i + 1; j < columns.size(); ++j) {
      tables.push_back({{i, j}, 2, {}, {}});
      for (std::size_t k = j + 1; k < columns.size(); ++k) {
        if (counts({i, j, k})) {
          tables.push_back({{i, j, k}, 3, {}, {}});
        }
      }
    }
  }
  return tables;
}

/// How many rows each cell of as many columns as there are in `columns` has.
template <std::size_t Width>
std::vector<std::uint32_t> histogram(const std::array<Codes, Width>& columns,
                                     const std::array<std::uint32_t, Width>& bins,
                                     std::size_t cells) {
  constexpr std::size_t kTurns = 4;
  std::vector<std::uint32_t> counts(cells * kTurns);
  const auto count = [&](std::size_t row, std::size_t turn) {
    std::uint32_t cell = columns[0][row];
    for (std::size_t i = 1; i < Width; ++i) {
      cell = cell * bins[i] + columns[i][row];
    }
    ++counts[turn * cells + cell];
  };
  const std::size_t rows = columns[0].size();
  std::size_t row = 0;
  for (; row + kTurns <= rows; row += kTurns) {
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      count(row + turn, turn);
    }
  }
  for (; row < rows; ++row) {
    count(row, 0);
  }
  for (std::size_t at = cells; at < counts.size(); ++at) {
    counts[at % cells] += counts[at];
  }
  counts.resize(cells);
  return counts;
}

template <std::size_t Width>
std::vector<std::uint32_t> histogram(const std::vector<BinnedColumn>& columns,
                                     const JointTable& table,
                                     std::vector<std::uint8_t> BinnedColumn::*side,
                                     std::size_t cells) {
  std::array<Codes, Width> codes;
  std::array<std::uint32_t, Width> bins{};
  for (std::size_t i = 0; i < Width; ++i) {
    codes[i] = columns[table.columns[i]].*side;
    bins[i] = columns[table.columns[i]].bins;
  }
  return histogram(codes, bins, cells);
}

/// A cell that has records.
struct Cell {
  std::uint32_t cell = 0;
  std::uint32_t records = 0;
};

std::vector<Cell> cells_with_records(const std::vector<std::uint32_t>& counts) {
  std::vector<Cell> cells;
  for (std::uint32_t cell = 0; cell < counts.size(); ++cell) {
    if (counts[cell] > 0) {
      cells.push_back({cell, counts[cell]});
    }
  }
  return cells;
}

void add(const std::vector<Cell>& cells, std::vector<std::uint64_t>& counts) {
  for (const Cell& cell : cells) {
    counts.at(cell.cell) += cell.records;
  }
}

void put_columns(const JointCounts& counts, const std::string& label, Packer& to) {
  to.put_text(label);
  to.put(std::uint64_t{counts.columns.size()});
  for (const JointCounts::Column& column : counts.columns) {
    to.put_text(column.name);
    to.put(column.core);
    to.put(column.bins);
  }
}

void skip_columns(Unpacker& from) {
  from.get_text();
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) {
    from.get_text();
    from.get<bool>();
    from.get<std::uint32_t>();
  }
}

JointCounts without_counts(Unpacker& from) {
  JointCounts counts;
  const std::string label(from.get_text());
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) {
    JointCounts::Column& column = counts.columns.emplace_back();
    column.name = from.get_text();
    column.core = from.get<bool>();
    column.bins = from.get<std::uint32_t>();
  }
  counts.tables = tables_of(counts.columns, label);
  for (JointTable& table : counts.tables) {
    table.real.resize(cells_of(counts, table));
    table.synthetic.resize(table.real.size());
  }
  return counts;
}

}  // namespace

std::size_t joint_shares(const Pair& pair) {
  const std::size_t rows = std::max(pair.real.rows(), pair.synthetic.rows());
  return std::clamp<std::size_t>((rows + kRowsOfShare - 1) / kRowsOfShare, 1, kMostShares);
}

std::string count_joint(const Pair& pair, const std::string& label, std::size_t share) {
  const std::vector<BinnedColumn> binned = bin_columns(pair, {share, joint_shares(pair)});
  JointCounts counts;
  for (const BinnedColumn& column : binned) {
    counts.columns.push_back({column.name, column.core, column.bins});
  }
  Packer to;
  put_columns(counts, label, to);
  for (const JointTable& table : tables_of(counts.columns, label)) {
    const std::size_t cells = cells_of(counts, table);
    for (const auto side : {&BinnedColumn::real, &BinnedColumn::synthetic}) {
      to.put_list(cells_with_records(table.width == 1 ? histogram<1>(binned, table, side, cells)
                                     : table.width == 2
                                         ? histogram<2>(binned, table, side, cells)
                                         : histogram<3>(binned, table, side, cells)));
    }
  }
  return to.take();
}

void add_counts(std::string_view bytes, JointCounts& counts) {
  Unpacker from(bytes);
  if (counts.columns.empty()) {
    counts = without_counts(from);
  } else {
    skip_columns(from);
  }
  for (JointTable& table : counts.tables) {
    add(from.get_list<Cell>(), table.real);
    add(from.get_list<Cell>(), table.synthetic);
  }
}

}  // namespace tracetwin::evaluate
