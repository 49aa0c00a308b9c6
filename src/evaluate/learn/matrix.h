#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tracetwin::evaluate {

/// Features, row after row.
struct Matrix {
  std::size_t columns = 0;
  std::vector<float> values;

  std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
  std::span<const float> row(std::size_t at) const {
    return std::span(values).subspan(at * columns, columns);
  }
  void add(std::span<const float> row) { values.insert(values.end(), row.begin(), row.end()); }
};

/// Features and the class of each row, below `classes`.
struct Labelled {
  Matrix features;
  std::vector<std::uint32_t> labels;
  std::uint32_t classes = 0;
};

/// The rows named, in that order.
inline Matrix rows_of(const Matrix& all, std::span<const std::uint32_t> rows) {
  Matrix some{all.columns, {}};
  some.values.reserve(rows.size() * all.columns);
  for (const std::uint32_t row : rows) {
    some.add(all.row(row));
  }
  return some;
}

}  // namespace tracetwin::evaluate
