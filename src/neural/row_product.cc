// Four rows by sixteen columns of the result are held in registers while k runs. Compiled without
// fused multiply-add, so that every number is the same chain of products and sums in the order of k
// whichever of the loops below it comes from.
#include "neural/row_product.h"

#include <cstring>

#include "base/vector_clones.h"

namespace tracetwin::neural {
namespace {

// Eight numbers at once, by the compiler's own vectors: left to itself it keeps sums in memory.
using Eight __attribute__((vector_size(32))) = float;

constexpr std::int64_t kRows = 4;
constexpr std::int64_t kColumns = 16;

/// From and to any place: a vector's alignment does not survive as an argument of a template.
template <class Number>
inline __attribute__((always_inline)) void load(const float* from, Number& number) {
  std::memcpy(&number, from, sizeof number);
}

template <class Number>
inline __attribute__((always_inline)) void store(const Number& number, float* to) {
  std::memcpy(to, &number, sizeof number);
}

struct Sides {
  std::int64_t rows, inner, columns;
};

/// Four rows of `kCount` neighbouring `Number`s, each one or eight columns.
template <class Number, std::size_t kCount>
inline __attribute__((always_inline)) void tile(const float* __restrict a,
                                                const float* __restrict b,
                                                const float* __restrict bias, float* __restrict out,
                                                Sides sides) {
  constexpr std::size_t kWide = sizeof(Number) / sizeof(float);
  Number sums[kRows][kCount];
  for (auto& row : sums) {
    for (std::size_t j = 0; j < kCount; ++j) {
      row[j] = Number{};
      if (bias != nullptr) {
        load(bias + j * kWide, row[j]);
      }
    }
  }
  for (std::int64_t k = 0; k < sides.inner; ++k) {
    Number from[kCount];
    for (std::size_t j = 0; j < kCount; ++j) {
      load(b + k * sides.columns + j * kWide, from[j]);
    }
    for (std::int64_t r = 0; r < kRows; ++r) {
      for (std::size_t j = 0; j < kCount; ++j) {
        sums[r][j] += a[r * sides.inner + k] * from[j];
      }
    }
  }
  for (std::int64_t r = 0; r < kRows; ++r) {
    for (std::size_t j = 0; j < kCount; ++j) {
      store(sums[r][j], out + r * sides.columns + j * kWide);
    }
  }
}

TRACETWIN_VECTOR_CLONES void multiply_rows(const float* a, const float* b, const float* bias,
                                           float* out, Sides sides) {
  const auto at = [&](std::int64_t column) { return bias != nullptr ? bias + column : nullptr; };
  std::int64_t column = 0;
  for (; column + kColumns <= sides.columns; column += kColumns) {
    for (std::int64_t row = 0; row < sides.rows; row += kRows) {
      tile<Eight, 2>(a + row * sides.inner, b + column, at(column),
                     out + row * sides.columns + column, sides);
    }
  }
  for (; column < sides.columns; ++column) {
    for (std::int64_t row = 0; row < sides.rows; row += kRows) {
      tile<float, 1>(a + row * sides.inner, b + column, at(column),
                     out + row * sides.columns + column, sides);
    }
  }
}

}  // namespace

at::Tensor row_product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias) {
  const at::Tensor left = a.contiguous();
  const at::Tensor right = b.contiguous();
  at::Tensor out = at::empty({a.size(0), b.size(1)}, a.options());
  multiply_rows(left.data_ptr<float>(), right.data_ptr<float>(),
                bias.defined() ? bias.data_ptr<float>() : nullptr, out.data_ptr<float>(),
                {a.size(0), a.size(1), b.size(1)});
  return out;
}

}  // namespace tracetwin::neural
