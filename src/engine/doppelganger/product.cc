#include "engine/doppelganger/product.h"

#include <algorithm>
#include <array>

#include "base/vector_clones.h"

namespace tracetwin::doppelganger {
namespace {

// A tile of sums stays in registers while a column of `in` and a row of `weights` go by.
constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileColumns = 16;

struct Shape {
  std::size_t rows, m, n;
};

TRACETWIN_VECTOR_CLONES
void whole_tile(const float* in, const float* weights, const Shape& shape, float* out) {
  std::array<std::array<float, kTileColumns>, kTileRows> sums{};
  for (std::size_t k = 0; k < shape.m; ++k) {
    const float* row = weights + k * shape.n;
    for (std::size_t r = 0; r < kTileRows; ++r) {
      const float factor = in[r * shape.m + k];
      for (std::size_t c = 0; c < kTileColumns; ++c) {
        sums[r][c] += factor * row[c];
      }
    }
  }
  for (std::size_t r = 0; r < kTileRows; ++r) {
    for (std::size_t c = 0; c < kTileColumns; ++c) {
      out[r * shape.n + c] += sums[r][c];
    }
  }
}

void part_of_tile(const float* in, const float* weights, const Shape& shape, std::size_t rows,
                  std::size_t columns, float* out) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      float sum = 0;
      for (std::size_t k = 0; k < shape.m; ++k) {
        sum += in[r * shape.m + k] * weights[k * shape.n + c];
      }
      out[r * shape.n + c] += sum;
    }
  }
}

}  // namespace

void multiply_add(std::span<const float> in, std::span<const float> weights, std::size_t rows,
                  std::size_t m, std::size_t n, std::span<float> out) {
  const Shape shape{rows, m, n};
  for (std::size_t c = 0; c < n; c += kTileColumns) {
    const std::size_t columns = std::min(kTileColumns, n - c);
    for (std::size_t r = 0; r < rows; r += kTileRows) {
      const std::size_t tile_rows = std::min(kTileRows, rows - r);
      const float* from = in.data() + r * m;
      float* to = out.data() + r * n + c;
      if (columns == kTileColumns && tile_rows == kTileRows) {
        whole_tile(from, weights.data() + c, shape, to);
      } else {
        part_of_tile(from, weights.data() + c, shape, tile_rows, columns, to);
      }
    }
  }
}

}  // namespace tracetwin::doppelganger
