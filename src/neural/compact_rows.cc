#include "neural/compact_rows.h"

#include <algorithm>

namespace tracetwin::neural {
namespace {

/// Of each column whether all of it is 0 or 1.
std::vector<bool> bits_in(std::span<const float> values, std::size_t width) {
  std::vector<bool> bits(width, true);
  for (std::size_t at = 0; at < values.size(); at += width) {
    for (std::size_t c = 0; c < width; ++c) {
      bits[c] = bits[c] && (values[at + c] == 0 || values[at + c] == 1);
    }
  }
  return bits;
}

std::vector<std::int64_t> columns_of(const std::vector<bool>& bits, bool wanted) {
  std::vector<std::int64_t> columns;
  for (std::size_t c = 0; c < bits.size(); ++c) {
    if (bits[c] == wanted) {
      columns.push_back(static_cast<std::int64_t>(c));
    }
  }
  return columns;
}

template <class T>
at::Tensor table(std::span<const float> values, std::size_t width,
                 const std::vector<std::int64_t>& columns, std::int64_t empty,
                 at::ScalarType type) {
  const auto rows = static_cast<std::int64_t>(width == 0 ? 0 : values.size() / width);
  at::Tensor result = at::zeros({rows + empty, static_cast<std::int64_t>(columns.size())},
                                at::device(at::kCPU).dtype(type));
  T* to = result.data_ptr<T>();
  for (std::size_t at = 0; at < values.size(); at += width) {
    for (const std::int64_t column : columns) {
      *to++ = static_cast<T>(values[at + static_cast<std::size_t>(column)]);
    }
  }
  return result;
}

}  // namespace

CompactRows::CompactRows(std::span<const float> values, std::int64_t width, std::int64_t empty,
                         const Kind& kind)
    : kind_(kind), width_(width) {
  const auto wide = static_cast<std::size_t>(width);
  const std::vector<bool> bits = bits_in(values, wide);
  const std::vector<std::int64_t> numbers = columns_of(bits, false);
  const std::vector<std::int64_t> flags = columns_of(bits, true);
  const auto device = kind.device();
  number_columns_ = at::tensor(numbers, at::kLong).to(device);
  bit_columns_ = at::tensor(flags, at::kLong).to(device);
  numbers_ = table<float>(values, wide, numbers, empty, at::kFloat).to(kind);
  bits_ = table<std::uint8_t>(values, wide, flags, empty, at::kByte).to(device);
}

at::Tensor CompactRows::select(const at::Tensor& places) const {
  at::Tensor rows = at::empty({places.size(0), width_}, kind_);
  rows.index_copy_(1, number_columns_, numbers_.index_select(0, places));
  rows.index_copy_(1, bit_columns_, bits_.index_select(0, places).to(kind_));
  return rows;
}

}  // namespace tracetwin::neural
