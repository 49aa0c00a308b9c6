// Counting. The work is cut into (group of cliques) x (block of rows); each piece counts into
// 32-bit counters of its own and adds them to the results under a lock, so that the sums are
// integers and their order does not matter. Inside a piece the rows are taken in chunks short
// enough that the columns and the joint codes of a chunk stay in L1 while every clique of the
// group uses them.
#include "marginal/clique.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "marginal/codes.h"

namespace tracetwin::marginal {
namespace {

constexpr std::uint64_t kSaturated = std::uint64_t{1} << 62;
constexpr std::size_t kBlockRows = std::size_t{1} << 20;  // 32-bit counters cannot overflow
constexpr std::size_t kChunkRows = 2048;
constexpr std::uint64_t kGroupCells = std::uint64_t{1} << 17;  // 512 KiB of counters

struct Group {
  std::size_t first = 0;
  std::size_t last = 0;  // past the end
  std::uint64_t cells = 0;
};

std::vector<Group> group_by_cells(std::span<const std::uint64_t> cells) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (groups.empty() || groups.back().cells + cells[i] > kGroupCells) {
      groups.push_back({i, i, 0});
    }
    groups.back().last = i + 1;
    groups.back().cells += cells[i];
  }
  return groups;
}

void check_attribute(const Table& table, std::uint32_t attribute) {
  if (attribute >= table.width() || table.columns.size() != table.width()) {
    throw Error(fmt::format("a marginal names attribute {} of a table of {} columns", attribute,
                            table.columns.size()));
  }
  const auto& column = table.columns[attribute];
  const Attribute& declared = table.domain[attribute];
  if (column.size() != table.rows()) {
    throw Error(fmt::format("column '{}' has {} rows where the table has {}", declared.name,
                            column.size(), table.rows()));
  }
  const auto largest = std::max_element(column.begin(), column.end());
  if (largest != column.end() && *largest >= declared.cells) {
    throw Error(fmt::format("column '{}' holds code {}, but has only {} cells", declared.name,
                            *largest, declared.cells));
  }
}

void check(const Table& table, std::span<const Clique> cliques) {
  Clique used;
  for (const Clique& clique : cliques) {
    used = united(used, clique);
  }
  for (const std::uint32_t attribute : used) {
    check_attribute(table, attribute);
  }
}

std::vector<std::uint64_t> checked_cells(const Domain& domain, std::span<const Clique> cliques) {
  std::vector<std::uint64_t> cells;
  for (const Clique& clique : cliques) {
    cells.push_back(cells_of(domain, clique));
    if (cells.back() > kMostCells) {
      throw Error(fmt::format("a marginal of {} attributes has {} cells, more than {}",
                              clique.size(), cells.back(), kMostCells),
                  "use coarser attributes or a smaller limit for cliques");
    }
  }
  return cells;
}

std::vector<std::uint32_t> count_rows(const Table& table, std::span<const Clique> cliques,
                                      std::span<const std::uint64_t> cells, const Group& group,
                                      std::size_t begin, std::size_t end) {
  std::vector<std::uint32_t> counters(group.cells);
  std::array<std::uint32_t, kChunkRows> buffer;
  for (std::size_t row = begin; row < end; row += kChunkRows) {
    const std::span codes(buffer.data(), std::min(kChunkRows, end - row));
    std::uint32_t* counter = counters.data();
    for (std::size_t i = group.first; i < group.last; ++i) {
      joint_codes(table.columns, table.domain, cliques[i], row, codes);
      for (const std::uint32_t code : codes) {
        ++counter[code];
      }
      counter += cells[i];
    }
  }
  return counters;
}

void add_counters(std::span<const std::uint32_t> counters, const Group& group,
                  std::span<dp::PrivateCounts> results) {
  const std::uint32_t* counter = counters.data();
  for (std::size_t i = group.first; i < group.last; ++i) {
    for (std::int64_t& sum : results[i].exact()) {
      sum += *counter++;
    }
  }
}

}  // namespace

std::uint64_t cells_of(const Domain& domain, const Clique& clique) {
  std::uint64_t cells = 1;
  for (const std::uint32_t attribute : clique) {
    const std::uint64_t more = domain[attribute].cells;
    cells = more != 0 && cells > kSaturated / more ? kSaturated : cells * more;
  }
  return cells;
}

Clique intersection(const Clique& a, const Clique& b) {
  Clique result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

Clique difference(const Clique& a, const Clique& b) {
  Clique result;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

Clique united(const Clique& a, const Clique& b) {
  Clique result;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

bool contains(const Clique& whole, const Clique& part) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

std::vector<dp::PrivateCounts> count_all(const Table& table, std::span<const Clique> cliques,
                                         unsigned threads) {
  check(table, cliques);
  const std::vector<std::uint64_t> cells = checked_cells(table.domain, cliques);
  const std::vector<Group> groups = group_by_cells(cells);
  std::vector<dp::PrivateCounts> results;
  results.reserve(cells.size());
  for (const std::uint64_t size : cells) {
    results.emplace_back(static_cast<std::size_t>(size));
  }
  const std::size_t row_blocks = (table.rows() + kBlockRows - 1) / kBlockRows;
  std::mutex merging;
  parallel_blocks(groups.size() * row_blocks, threads, [&](std::size_t piece) {
    const Group& group = groups[piece / row_blocks];
    const std::size_t begin = piece % row_blocks * kBlockRows;
    const std::size_t end = std::min(begin + kBlockRows, table.rows());
    const auto counters = count_rows(table, cliques, cells, group, begin, end);
    const std::lock_guard lock(merging);
    add_counters(counters, group, results);
  });
  return results;
}

dp::PrivateCounts count(const Table& table, const Clique& clique, unsigned threads) {
  return std::move(count_all(table, std::span(&clique, 1), threads).front());
}

NoisyMarginal::NoisyMarginal(Clique clique_in, const dp::NoisyCounts& counts)
    : clique(std::move(clique_in)),
      values(counts.values().begin(), counts.values().end()),
      sigma(counts.sigma()) {}

}  // namespace tracetwin::marginal
