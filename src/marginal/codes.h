#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "marginal/clique.h"

namespace tracetwin::marginal {

/// Joint cell over `clique` (row-major) of the rows begin … begin+codes.size()-1. All zero for the
/// empty clique. The clique has fewer than 2^32 cells; columns are as in Table.
void joint_codes(const ColumnViews& columns, const Domain& domain, const Clique& clique,
                 std::size_t begin, std::span<std::uint32_t> codes);

/// For each cell of `from` (row-major), the cell of `onto` it projects to; `onto` is a subset.
std::vector<std::uint32_t> projection_map(const Domain& domain, const Clique& from,
                                          const Clique& onto);

/// Sums of `values` over the attributes of `from` that are not in `onto`.
std::vector<double> project(const Domain& domain, const Clique& from,
                            std::span<const double> values, const Clique& onto);

}  // namespace tracetwin::marginal
