#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dp/counts.h"
#include "schema/table.h"

namespace tracetwin::marginal {

/// A set of attributes by index into a Domain, ascending.
using Clique = std::vector<std::uint32_t>;

/// Number of joint cells, saturating at 2^62.
std::uint64_t cells_of(const Domain& domain, const Clique& clique);

/// Exact joint counts of the records over `clique`, row-major: the last attribute varies fastest.
/// Private. Counted over fixed blocks on `threads` threads and merged. One pass over the columns.
dp::PrivateCounts count(const Table& table, const Clique& clique, unsigned threads);

/// A measured distribution: noisy counts over the cells of a clique, as doubles so that estimation
/// can move them. Can be made from released counts only.
struct NoisyMarginal {
  NoisyMarginal(Clique clique_in, const dp::NoisyCounts& counts);

  Clique clique;
  std::vector<double> values;  ///< row-major over `clique`
  double sigma;                ///< of each cell; 0 without a guarantee
};

}  // namespace tracetwin::marginal
