#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dp/counts.h"
#include "schema/impossible_pair.h"
#include "schema/table.h"
#include "work/ranks.h"

namespace tracetwin::marginal {

/// A set of attributes by index into a Domain, ascending.
using Clique = std::vector<std::uint32_t>;

/// A dense table has at most so many cells (2 GiB of counts).
inline constexpr std::uint64_t kMostCells = std::uint64_t{1} << 28;

/// Number of joint cells, saturating at 2^62. 1 for the empty clique.
std::uint64_t cells_of(const Domain& domain, const Clique& clique);

/// Attributes in both.
Clique intersection(const Clique& a, const Clique& b);
/// Attributes of `a` that are not in `b`.
Clique difference(const Clique& a, const Clique& b);
Clique united(const Clique& a, const Clique& b);
bool contains(const Clique& whole, const Clique& part);

/// Exact joint counts of the records over `clique`, row-major: the last attribute varies fastest.
/// Private. Counted over fixed blocks on `threads` threads and merged. One pass over the columns.
/// Throws Error when the clique has more than kMostCells cells, names an attribute that is not
/// there, or when a column holds a code outside its attribute or is shorter than the first.
dp::PrivateCounts count(const Codes& records, const Clique& clique, unsigned threads);
dp::PrivateCounts count(const Table& table, const Clique& clique, unsigned threads);

/// The same for several cliques, over all records that `ranks` have in common: each of them counts
/// some, and all get the sums. Small tables share one pass, so that columns stay in cache and
/// the counters in L2. Memory: the results and, per thread, one group of 32-bit counters (512 KiB,
/// or one larger clique).
std::vector<dp::PrivateCounts> count_all(const Codes& records, std::span<const Clique> cliques,
                                         unsigned threads, const work::Ranks& ranks = {});
std::vector<dp::PrivateCounts> count_all(const Table& table, std::span<const Clique> cliques,
                                         unsigned threads);

/// By cell of `clique`: whether one of the pairs makes it impossible. Empty when none is in it.
std::vector<bool> impossible_cells(const Domain& domain, const Clique& clique,
                                   std::span<const ImpossiblePair> pairs);

/// A measured distribution: noisy counts over the cells of a clique, as doubles so that estimation
/// can move them. Can be made from released counts only.
struct NoisyMarginal {
  NoisyMarginal(Clique clique_in, const dp::NoisyCounts& counts);

  Clique clique;
  std::vector<double> values;  ///< row-major over `clique`
  double sigma;                ///< of each cell; 0 without a guarantee
  /// By cell: no record can be there. Empty: all are possible.
  std::vector<bool> impossible = {};
};

}  // namespace tracetwin::marginal
