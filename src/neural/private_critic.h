#pragma once

#include <cstdint>
#include <vector>

#include "dp/noise.h"
#include "engine/doppelganger/job.h"
#include "neural/critic.h"
#include "neural/real_data.h"

namespace tracetwin::neural {

/// The only door through which real flows reach critics in private training (DP-SGD, Abadi et al.
/// 2016): a step's noisy sum of clipped slopes of -critic(x) by all weights of all critics at once.
/// Made flows and the penalty, which is taken between made flows, never see a real one, and the
/// generator sees critics only.
///
/// What is released in a step is G + N, G = sum of min(1, C / |g_i|) g_i over a Poisson batch, in
/// whole multiples of a grid g, N discrete Gaussian (dp/discrete_gaussian.h) of sd z D where
///   D = C (1 + 1e-4) + sqrt(d) g
/// bounds the change of the rounded sum when one unit comes or goes: sqrt(d) g for rounding d
/// numbers of both sums, the rest for adding up float64 (up to 600,000 flows a batch). A unit's
/// flows (doppelganger::Samples::units) are in a batch together and clipped together. A flow's
/// slope is the same bits whatever else is in the batch (row_product.h). A flow whose slope is not
/// finite counts as zero. So a step costs one query of noise multiplier z, Poisson-sampled at the
/// job's rate; it is the caller who pays.
class PrivateCritics {
 public:
  /// `expected_batch`: public, and what the sum is divided by, whatever the batch turns out to be.
  PrivateCritics(const doppelganger::PrivateTraining& privacy, double expected_batch);

  /// Adds the released sum of step `step` / expected_batch to the gradients of the critics. An
  /// empty batch is released as any other.
  void add_real(const std::vector<Critic*>& critics, const RealData& real,
                std::uint64_t step) const;

  /// Each unit with the job's rate (never more), independently.
  std::vector<std::int64_t> batch(std::int64_t units, dp::NoiseSource& noise) const;
  /// Rounds `sum` to the grid and adds noise. `numbers`: d, of all critics together.
  void release(at::Tensor& sum, std::int64_t numbers, dp::NoiseSource& noise) const;
  /// D, see above. Throws Error when the noise is too large for so many numbers.
  double sensitivity(std::int64_t numbers) const;

 private:
  dp::NoiseSource noise_of(std::uint64_t step) const;

  doppelganger::PrivateTraining privacy_;
  double expected_batch_;
};

/// Of each critic, float64: sum over the flows of `units` of the slope of -critic(x) by its
/// weights, in the order of its parameters, scaled so that the slopes of a unit's flows by the
/// weights of all critics are together no longer than `clip_norm`. Norms are those of |g|^2 = sum
/// over layers of |u|^2 (|a|^2 + 1), without the slopes themselves (Bu et al. 2022, arXiv
/// 2210.00038). Critics take rows of one flow, without spectral norm.
std::vector<at::Tensor> clipped_sums(const std::vector<Critic*>& critics, const RealData& real,
                                     const std::vector<std::int64_t>& units, double clip_norm);
/// A unit has at most so many flows.
inline constexpr std::int64_t kMostOfUnit = 64;

}  // namespace tracetwin::neural
