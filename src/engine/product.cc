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
using Wide __attribute__((vector_size(kTileColumns * sizeof(float)))) = float;
/// The same anywhere in memory. Not for references: clang takes what they name as aligned.
using Loose __attribute__((vector_size(kTileColumns * sizeof(float)), aligned(4), may_alias)) =
    float;

inline __attribute__((always_inline)) void add_some(const Wide& sums, std::size_t columns,
                                                    float* out) {
  const Wide own = sums;  // else the compiler keeps all sums in memory
  for (std::size_t c = 0; c < columns; ++c) {
    out[c] += own[c];
  }
}

/// kRows rows of `in` (rows x m) times `panel` (m x kTileColumns), of which `columns` are added to
/// `out`, whose rows are n apart.
template <std::size_t kRows>
inline __attribute__((always_inline)) void add_tile(const float* in, const float* panel,
                                                    std::size_t m, std::size_t n,
                                                    std::size_t columns, float* out) {
  Wide sums[kRows] = {};
  for (std::size_t k = 0; k < m; ++k) {
    const Wide row = *reinterpret_cast<const Loose*>(panel + k * kTileColumns);
    for (std::size_t r = 0; r < kRows; ++r) {
      sums[r] += in[r * m + k] * row;
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    if (columns == kTileColumns) {
      *reinterpret_cast<Loose*>(out + r * n) += sums[r];
    } else {
      add_some(sums[r], columns, out + r * n);
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
  in += row * m;
  out += row * n;
  switch (rows - row) {
    case 5:
      return add_tile<5>(in, panel, m, n, columns, out);
    case 4:
      return add_tile<4>(in, panel, m, n, columns, out);
    case 3:
      return add_tile<3>(in, panel, m, n, columns, out);
    case 2:
      return add_tile<2>(in, panel, m, n, columns, out);
    case 1:
      return add_tile<1>(in, panel, m, n, columns, out);
    default:
      return;
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

Panels::Panels(std::span<const float> weights, std::size_t m, std::size_t n)
    : m_(m), n_(n), values_(size() * m * kTileColumns) {
  for (std::size_t panel = 0; panel < size(); ++panel) {
    const std::size_t first = first_column(panel);
    const std::size_t columns = std::min(kTileColumns, n - first);
    for (std::size_t k = 0; k < m; ++k) {
      std::copy_n(&weights[k * n + first], columns, &values_[(panel * m + k) * kTileColumns]);
    }
  }
}

std::size_t Panels::size() const {
  return (n_ + kTileColumns - 1) / kTileColumns;
}

std::size_t Panels::first_column(std::size_t panel) {
  return panel * kTileColumns;
}

const float* Panels::operator[](std::size_t panel) const {
  return values_.data() + panel * m_ * kTileColumns;
}

void multiply_add(std::span<const float> in, const Panels& weights, std::size_t rows,
                  std::span<float> out) {
  for (std::size_t panel = 0; rows > 0 && panel < weights.size(); ++panel) {
    const std::size_t first = Panels::first_column(panel);
    add_panel(in.data(), weights[panel], rows, weights.m(), weights.n(),
              std::min(kTileColumns, weights.n() - first), out.data() + first);
  }
}

void multiply_add(std::span<const float> in, std::span<const float> weights, std::size_t rows,
                  std::size_t m, std::size_t n, std::span<float> out) {
  if (rows > kFewRows) {
    multiply_add(in, Panels(weights, m, n), rows, out);
    return;
  }
  std::vector<float> own(n);
  for (std::size_t row = 0; row < rows; ++row) {
    add_row_product(in.data() + row * m, weights.data(), m, n, own.data(), out.data() + row * n);
  }
}

}  // namespace tracetwin::engine
