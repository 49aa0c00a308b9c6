#pragma once

#include <cstdint>

namespace tracetwin::dp {

/// An amount that can only be used up. Costs are booked in whole parts, 2^-60 of the total each,
/// and rounded up (by a little more than the arithmetic can lose), so what was booked never adds up
/// to more than the total, however many costs there are. A value type without a way back.
class Allowance {
 public:
  explicit Allowance(double total = 0) : total_(total) {}

  double total() const { return total_; }
  double spent() const;
  double left() const;
  bool covers(double cost) const { return parts_of(cost) <= parts_left_; }
  /// Whether `cost` is covered once 1e-9 relative is forgiven: for amounts that callers got by
  /// adding up or dividing the total.
  bool covers_nearly(double cost) const;
  /// `cost`, or what is left of it, in an amount that is covered.
  double covered_part(double cost) const;
  /// covers(cost) must hold.
  void book(double cost) { parts_left_ -= parts_of(cost); }

 private:
  std::uint64_t parts_of(double cost) const;

  double total_;
  std::uint64_t parts_left_ = std::uint64_t{1} << 60;
};

}  // namespace tracetwin::dp
