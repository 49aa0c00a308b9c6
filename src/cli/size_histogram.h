#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tracetwin::cli {

/// Packet sizes with exact quantiles up to 65,535 bytes; larger ones (jumbograms) share a cell.
class SizeHistogram {
 public:
  void add(std::uint32_t size) {
    ++cells_[size < kCells ? size : kCells];
    sum_ += size;
    largest_ = size > largest_ ? size : largest_;
    ++count_;
  }
  std::uint64_t count() const { return count_; }
  std::uint32_t largest() const { return largest_; }
  double mean() const {
    return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
  }
  /// The smallest size that at least `share` (0 … 1) of the packets do not exceed; 0 when empty.
  std::uint32_t quantile(double share) const;

 private:
  static constexpr std::size_t kCells = 65536;

  std::vector<std::uint64_t> cells_ = std::vector<std::uint64_t>(kCells + 1);
  std::uint64_t sum_ = 0;
  std::uint64_t count_ = 0;
  std::uint32_t largest_ = 0;
};

}  // namespace tracetwin::cli
