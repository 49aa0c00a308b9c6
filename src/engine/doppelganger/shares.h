#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/doppelganger/layout.h"

namespace tracetwin::doppelganger {

/// Where a softmax output begins in a row, and how wide it is.
struct Choice {
  std::size_t at = 0;
  std::size_t width = 0;
};
std::vector<Choice> choices_of(const Outputs& outputs);

/// How often rows have each option of each choice: the largest number of its output.
class Shares {
 public:
  explicit Shares(std::vector<Choice> choices);

  void add(std::span<const float> row, double weight = 1);
  double total() const { return total_; }
  /// By choice, then by option; sums of 1, or of 0 when nothing was added.
  std::vector<std::vector<double>> shares() const;

 private:
  std::vector<Choice> choices_;
  std::vector<std::vector<double>> sums_;
  double total_ = 0;
};

}  // namespace tracetwin::doppelganger
