#include "engine/product.h"

#include <algorithm>
#include <vector>

#include "base/vector_clones.h"

namespace tracetwin::engine {
namespace {

// A tile of sums stays in registers while columns of `in` and a row of a panel go by: twelve
// registers of eight numbers, or six of sixteen.
constexpr std::size_t kTileRows = 6;
constexpr std::size_t kTileColumns = 16;
constexpr std::size_t kFewRows = 8;

// By the compiler's own vectors: left to itself it keeps sums in memory.
using Wide __attribute__((vector_size(kTileColumns * sizeof(float)), aligned(4), may_alias)) =
    float;

/// kRows rows of `in` (rows x m) times `panel` (m x kTileColumns), of which `columns` are added to
/// `out`, whose rows are n apart.
template <std::size_t kRows>
inline __attribute__((always_inline)) void add_tile(const float* in, const float* panel,
                                                    std::size_t m, std::size_t n,
                                                    std::size_t columns, float* out) {
  Wide sums[kRows] = {};
  for (std::size_t k = 0; k < m; ++k) {
    const Wide row = *reinterpret_cast<const Wide*>(panel + k * kTileColumns);
    for (std::size_t r = 0; r < kRows; ++r) {
      sums[r] += in[r * m + k] * row;
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      out[r * n + c] += sums[r][c];
    }
  }
}

TRACETWIN_WIDE_CLONES
void add_panel(const float* in, const float* panel, std::size_t rows, std::size_t m, std::size_t n,
               std::size_t columns, float* out) {
  std::size_t row = 0;
  for (; row + kTileRows <= rows; row += kTileRows) {
    add_tile<kTileRows>(in + row * m, panel, m, n, columns, out + row * n);
  }
  for (; row < rows; ++row) {
    add_tile<1>(in + row * m, panel, m, n, columns, out + row * n);
  }
}

/// Columns [first, first + count) of `weights`, side by side with zeros behind them: a stride of
/// whole rows would make all of them share few lines of the cache.
void take_panel(std::span<const float> weights, std::size_t n, std::size_t first, std::size_t count,
                std::vector<float>& panel) {
  std::ranges::fill(panel, 0.0F);
  for (std::size_t k = 0; k < panel.size() / kTileColumns; ++k) {
    std::copy_n(&weights[k * n + first], count, &panel[k * kTileColumns]);
  }
}

/// One row, without a copy of the weights: rows that come alone are not worth a panel. The same
/// sums as of tiles; what is not there (half of the units behind a rectifier) costs nothing.
TRACETWIN_VECTOR_CLONES
void add_row_product(const float* in, const float* weights, std::size_t m, std::size_t n,
                     float* sums, float* out) {
  std::fill_n(sums, n, 0.0F);
  for (std::size_t k = 0; k < m; ++k) {
    const float factor = in[k];
    if (factor != 0) {
      const float* row = weights + k * n;
      for (std::size_t c = 0; c < n; ++c) {
        sums[c] += factor * row[c];
      }
    }
  }
  for (std::size_t c = 0; c < n; ++c) {
    out[c] += sums[c];
  }
}

}  // namespace

void multiply_add(std::span<const float> in, std::span<const float> weights, std::size_t rows,
                  std::size_t m, std::size_t n, std::span<float> out) {
  if (rows <= kFewRows) {
    std::vector<float> own(n);
    for (std::size_t row = 0; row < rows; ++row) {
      add_row_product(in.data() + row * m, weights.data(), m, n, own.data(), out.data() + row * n);
    }
    return;
  }
  std::vector<float> panel(m * kTileColumns);
  for (std::size_t first = 0; first < n && m > 0; first += kTileColumns) {
    const std::size_t columns = std::min(kTileColumns, n - first);
    take_panel(weights, n, first, columns, panel);
    add_panel(in.data(), panel.data(), rows, m, n, columns, out.data() + first);
  }
}

}  // namespace tracetwin::engine
