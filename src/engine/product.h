#pragma once

#include <cstddef>
#include <span>

namespace tracetwin::engine {

/// out (rows x n) += in (rows x m) * weights (m x n), all row by row. Each number of `out` is
/// summed in the order of m, so the result is the same for every width of the processor's vectors.
void multiply_add(std::span<const float> in, std::span<const float> weights, std::size_t rows,
                  std::size_t m, std::size_t n, std::span<float> out);

}  // namespace tracetwin::engine
