#include "engine/product.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/vector_clones.h"

namespace tracetwin::engine {
namespace {

// A tile of sums stays in registers while a column of `in` and a row of a panel go by.
constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileColumns = 16;
constexpr std::size_t kFewRows = 8;

/// `panel` is (m x kTileColumns).
TRACETWIN_VECTOR_CLONES
void add_tile(const std::array<const float*, kTileRows>& in, const float* panel, std::size_t m,
              std::array<std::array<float, kTileColumns>, kTileRows>& out) {
  std::array<std::array<float, kTileColumns>, kTileRows> sums{};
  for (std::size_t k = 0; k < m; ++k) {
    const float* row = panel + k * kTileColumns;
    for (std::size_t r = 0; r < kTileRows; ++r) {
      const float factor = in[r][k];
      for (std::size_t c = 0; c < kTileColumns; ++c) {
        sums[r][c] += factor * row[c];
      }
    }
  }
  out = sums;
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
  std::array<std::array<float, kTileColumns>, kTileRows> sums{};
  std::array<const float*, kTileRows> from{};
  for (std::size_t first = 0; first < n && m > 0; first += kTileColumns) {
    const std::size_t columns = std::min(kTileColumns, n - first);
    take_panel(weights, n, first, columns, panel);
    for (std::size_t row = 0; row < rows; row += kTileRows) {
      const std::size_t tile_rows = std::min(kTileRows, rows - row);
      for (std::size_t r = 0; r < kTileRows; ++r) {
        from[r] = &in[(row + (r < tile_rows ? r : 0)) * m];
      }
      add_tile(from, panel.data(), m, sums);
      for (std::size_t r = 0; r < tile_rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
          out[(row + r) * n + first + c] += sums[r][c];
        }
      }
    }
  }
}

}  // namespace tracetwin::engine
