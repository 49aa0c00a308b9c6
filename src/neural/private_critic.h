#pragma once

#include <cstdint>
#include <vector>

#include "neural/critic.h"
#include "neural/private_sum.h"
#include "neural/real_data.h"

namespace tracetwin::neural {

/// The only door through which real flows reach critics in private training (DP-SGD, Abadi et al.
/// 2016): a step's noisy sum of clipped slopes of -critic(x) by all weights of all critics at once.
/// Made flows and the penalty, which is taken between made flows, never see a real one, and the
/// generator sees critics only.
///
/// A unit's flows (doppelganger::Samples::units) are in a batch together and clipped together. A
/// flow's slope is the same bits whatever else is in the batch (row_product.h). A flow whose slope
/// is not finite counts as zero. What is released is in private_sum.h.
class PrivateCritics {
 public:
  /// `expected_batch`: public, and what the sum is divided by, whatever the batch turns out to be.
  PrivateCritics(const engine::PrivateTraining& privacy, double expected_batch);

  /// Adds the released sum of step `step` / expected_batch to the gradients of the critics. An
  /// empty batch is released as any other.
  void add_real(const std::vector<Critic*>& critics, const RealData& real,
                std::uint64_t step) const;

 private:
  PrivateSum sum_;
  double expected_batch_;
};

/// Of each critic, float64: sum over the flows of `units` of the slope of -critic(x) by its
/// weights, in the order of its parameters, scaled so that the slopes of a unit's flows by the
/// weights of all critics are together no longer than `clip_norm`. Norms are those of |g|^2 = sum
/// over layers of |u|^2 (|a|^2 + 1), without the slopes themselves (Bu et al. 2022, arXiv
/// 2210.00038). Critics take rows of one flow, without spectral norm.
std::vector<at::Tensor> clipped_sums(const std::vector<Critic*>& critics, const RealData& real,
                                     const std::vector<std::int64_t>& units, double clip_norm);

}  // namespace tracetwin::neural
