#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tracetwin {

/// The numbers of at most six significant digits in [low, high], counted from the lowest: of whole
/// numbers those that are whole, of others those that are 0 or not smaller than 1e-6 in size. Where
/// the bounds have leading digits in common, as those of times of one day do, these are not counted
/// (up to fifteen digits in all). A public grid of values that a column may hold again and again.
class RoundedNumbers {
 public:
  /// -1e15 <= low <= high <= 1e15.
  RoundedNumbers(double low, double high, bool whole);

  /// Bounds that are very near to each other have none between them; then only this may be asked.
  bool empty() const { return last_ < first_; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(last_ - first_ + 1); }
  /// Which of them a number is when rounded; nothing where none is near.
  std::optional<std::uint32_t> index(double value) const;
  /// Exactly: index(at(i)) == i.
  double at(std::uint32_t index) const;

 private:
  /// Numbers of one size, 10^exponent and more: mantissas of so many digits.
  struct Decade {
    int exponent;
    int digits;
    std::int64_t first;  ///< rank of the smallest
  };

  int digits_of(int exponent) const;
  const Decade* decade(int exponent) const;
  std::optional<std::int64_t> rank(double size) const;
  double size_at(std::int64_t rank) const;
  double signed_at(std::int64_t rank) const { return rank < 0 ? -size_at(-rank) : size_at(rank); }

  bool whole_;
  int digits_;
  std::vector<Decade> decades_;
  std::int64_t first_ = 0;  ///< signed rank of the lowest
  std::int64_t last_ = 0;
};

}  // namespace tracetwin
