#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "neural/parameters.h"

namespace tracetwin::neural {

/// A table of numbers on the device, most of whose columns hold nothing but 0 and 1, since choices
/// are one number each of their values: those take a byte a number. Without loss.
class CompactRows {
 public:
  /// `values`: rows of `width` numbers each, behind each other; behind them come `empty` rows of 0.
  CompactRows(std::span<const float> values, std::int64_t width, std::int64_t empty,
              const Kind& kind);

  std::int64_t rows() const { return numbers_.size(0); }
  /// [places, width]; `places` are numbers of rows, [places] on the device.
  at::Tensor select(const at::Tensor& places) const;

 private:
  Kind kind_;
  std::int64_t width_;
  at::Tensor number_columns_, bit_columns_;  ///< which they are
  at::Tensor numbers_;                       ///< [rows, number columns]
  at::Tensor bits_;                          ///< [rows, bit columns], bytes
};

}  // namespace tracetwin::neural
