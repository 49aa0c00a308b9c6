#pragma once

#include <vector>

#include "engine/doppelganger/layout.h"
#include "neural/torch.h"

namespace tracetwin::neural {

/// The ends of a network: which activation goes over which columns. Neighbouring outputs alike are
/// treated at once; the 64 bits of two addresses are one operation, not 64.
class Heads {
 public:
  /// `flags`: two more columns at the end, the generation flags (softmax).
  Heads(const doppelganger::Outputs& outputs, bool flags);

  std::int64_t width() const { return width_; }
  /// [..., width] of raw scores to outputs.
  at::Tensor soft(const at::Tensor& scores) const;
  /// Outputs of soft() with 1 at the largest of each softmax and 0 elsewhere; without gradient.
  at::Tensor hard(const at::Tensor& outputs) const;

 private:
  struct Run {
    doppelganger::Activation activation;
    std::int64_t each;   ///< columns of a softmax
    std::int64_t begin;  ///< first column
    std::int64_t columns;
  };
  void append(doppelganger::Activation activation, std::int64_t columns);

  std::vector<Run> runs_;
  std::int64_t width_ = 0;
};

}  // namespace tracetwin::neural
