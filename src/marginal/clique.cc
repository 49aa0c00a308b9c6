// Counting. The work is cut into (group of cliques) x (piece of some blocks); each piece counts
// into 32-bit counters of its own and adds them to the results under a lock, so that the sums are
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
constexpr std::size_t kPieceBlocks = 64;  // of records: far from what overflows 32-bit counters
constexpr std::size_t kSharedPieceBlocks = 8;  // small enough that each rank gets as many
constexpr std::size_t kChunkRows = 8192;
constexpr std::uint64_t kGroupCells = std::uint64_t{1} << 16;  // 256 KiB of counters

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

Clique attributes_of(std::span<const Clique> cliques) {
  Clique used;
  for (const Clique& clique : cliques) {
    used = united(used, clique);
  }
  return used;
}

void check_attributes(const Domain& domain, const Clique& used) {
  if (!used.empty() && used.back() >= domain.size()) {
    throw Error(fmt::format("a marginal names attribute {} of a table of {} columns", used.back(),
                            domain.size()));
  }
}

void check_codes(const Table& table, const Clique& used) {
  if (table.columns.size() != table.width()) {
    throw Error(fmt::format("a table of {} attributes has {} columns", table.width(),
                            table.columns.size()));
  }
  for (const std::uint32_t attribute : used) {
    const auto& column = table.columns[attribute];
    const auto largest = std::max_element(column.begin(), column.end());
    if (largest != column.end() && *largest >= table.domain[attribute].cells) {
      throw Error(fmt::format("column '{}' holds code {}, but has only {} cells",
                              table.domain[attribute].name, *largest,
                              table.domain[attribute].cells));
    }
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

void count_block(const ColumnViews& block, const Domain& domain, std::span<const Clique> cliques,
                 std::span<const std::uint64_t> cells, const Group& group,
                 std::span<std::uint32_t> counters) {
  std::array<std::uint32_t, kChunkRows> buffer;
  const std::size_t rows = block.front().size();
  for (std::size_t row = 0; row < rows; row += kChunkRows) {
    const std::span codes(buffer.data(), std::min(kChunkRows, rows - row));
    std::uint32_t* counter = counters.data();
    for (std::size_t i = group.first; i < group.last; ++i) {
      joint_codes(block, domain, cliques[i], row, codes);
      for (const std::uint32_t code : codes) {
        ++counter[code];
      }
      counter += cells[i];
    }
  }
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

std::vector<dp::PrivateCounts> count_all(const Codes& records, std::span<const Clique> cliques,
                                         unsigned threads, const work::Ranks& ranks) {
  check_attributes(records.domain(), attributes_of(cliques));
  const std::vector<std::uint64_t> cells = checked_cells(records.domain(), cliques);
  const std::vector<Group> groups = group_by_cells(cells);
  std::vector<dp::PrivateCounts> results;
  results.reserve(cells.size());
  for (const std::uint64_t size : cells) {
    results.emplace_back(static_cast<std::size_t>(size));
  }
  const std::size_t piece_blocks = ranks.alone() ? kPieceBlocks : kSharedPieceBlocks;
  const std::size_t pieces = (records.blocks() + piece_blocks - 1) / piece_blocks;
  std::mutex merging;
  parallel_blocks(groups.size() * pieces, threads, [&](std::size_t work) {
    if (!ranks.mine(work % pieces)) {
      return;
    }
    const Group& group = groups[work / pieces];
    const std::size_t first = work % pieces * piece_blocks;
    std::vector<std::uint32_t> counters(group.cells);
    Columns buffer;
    for (std::size_t b = first; b < std::min(first + piece_blocks, records.blocks()); ++b) {
      const ColumnViews block = records.block(b, buffer);
      count_block(block, records.domain(), cliques, cells, group, counters);
    }
    const std::lock_guard lock(merging);
    add_counters(counters, group, results);
  });
  for (dp::PrivateCounts& counts : results) {
    ranks.add_up(counts.exact());
  }
  return results;
}

std::vector<dp::PrivateCounts> count_all(const Table& table, std::span<const Clique> cliques,
                                         unsigned threads) {
  const Clique used = attributes_of(cliques);
  check_attributes(table.domain, used);
  check_codes(table, used);
  return count_all(TableCodes(table), cliques, threads);
}

dp::PrivateCounts count(const Codes& records, const Clique& clique, unsigned threads) {
  return std::move(count_all(records, std::span(&clique, 1), threads).front());
}

dp::PrivateCounts count(const Table& table, const Clique& clique, unsigned threads) {
  return std::move(count_all(table, std::span(&clique, 1), threads).front());
}

std::vector<bool> impossible_cells(const Domain& domain, const Clique& clique,
                                   std::span<const ImpossiblePair> pairs) {
  std::vector<bool> impossible;
  for (const ImpossiblePair& pair : pairs) {
    if (!contains(clique, {pair.a, pair.b})) {
      continue;
    }
    const std::vector<std::uint32_t> map = projection_map(domain, clique, {pair.a, pair.b});
    impossible.resize(map.size());
    for (std::size_t cell = 0; cell < map.size(); ++cell) {
      impossible[cell] = impossible[cell] || pair.cells[map[cell]];
    }
  }
  return impossible;
}

NoisyMarginal::NoisyMarginal(Clique clique_in, const dp::NoisyCounts& counts)
    : clique(std::move(clique_in)),
      values(counts.values().begin(), counts.values().end()),
      sigma(counts.sigma()) {}

}  // namespace tracetwin::marginal
