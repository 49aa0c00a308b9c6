#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tracetwin::marginal {

/// So much of one cell.
struct Amount {
  std::uint32_t cell = 0;
  float amount = 0;
};

/// Things of which some are to be taken, so that what they add up to comes near to what is wanted.
struct Lots {
  /// So many of each lot there are to take.
  std::vector<std::uint32_t> copies;
  /// What one of lot i adds: amounts [begin[i], begin[i + 1]), those of a table beside each other
  /// and tables in the same order in every lot.
  std::vector<std::size_t> begin = {0};
  std::vector<Amount> amounts;

  std::size_t size() const { return copies.size(); }
  std::span<const Amount> of(std::size_t lot) const {
    return std::span(amounts).subspan(begin[lot], begin[lot + 1] - begin[lot]);
  }
};

/// What is wanted.
struct RakeTargets {
  std::vector<double> cells;             ///< by cell, absolute
  std::vector<std::uint32_t> table_end;  ///< cells of table t end there; they begin where t-1 end
};

/// How many to take of each lot, `count` in all (fewer when there are not as many): shares are
/// raked (Deming and Stephan 1940; for lots that add several amounts to a table each cell counts by
/// its part, as in generalised iterative scaling, Darroch and Ratcliff 1972) with at most all
/// copies of a lot, rounded systematically, and, when `mend`, mended by single exchanges. Lots with
/// some of a cell of which nothing is wanted are not taken unless there is nothing else. Depends on
/// nothing but the arguments.
std::vector<std::uint32_t> rake(const Lots& lots, const RakeTargets& targets, std::size_t count,
                                bool mend);

/// What is missing of the wanted when so many are taken: the share of each table's whole that lies
/// in cells with too little, the largest over tables.
double shortfall(const Lots& lots, const RakeTargets& targets,
                 std::span<const std::uint32_t> taken);

}  // namespace tracetwin::marginal
