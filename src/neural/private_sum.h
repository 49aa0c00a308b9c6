#pragma once

#include <cstdint>
#include <vector>

#include "dp/noise.h"
#include "engine/private_training.h"
#include "neural/torch.h"

namespace tracetwin::neural {

/// What private training releases in a step (DP-SGD, Abadi et al. 2016): G + N, G = sum of
/// min(1, C / |g_i|) g_i over a Poisson batch of units, in whole multiples of a grid g, N discrete
/// Gaussian (dp/discrete_gaussian.h) of sd z D where
///   D = C (1 + 1e-4) + sqrt(d) g
/// bounds the change of the rounded sum when one unit comes or goes: sqrt(d) g for rounding d
/// numbers of both sums, the rest for adding up float64 (up to 600,000 rows a batch). So a step
/// costs one query of noise multiplier z, Poisson-sampled at the rate; it is the caller who pays,
/// and who sees to it that a unit's clipped slope does not depend on what else is in the batch.
class PrivateSum {
 public:
  explicit PrivateSum(const engine::PrivateTraining& privacy) : privacy_(privacy) {}

  /// What the key or the test seed says of this step; of the operating system if there is neither.
  dp::NoiseSource noise_of(std::uint64_t step) const;
  /// Each of so many units with the rate (never more), independently.
  std::vector<std::int64_t> batch(std::int64_t units, dp::NoiseSource& noise) const;
  /// Rounds `sum`, float64, to the grid and adds noise. `numbers`: d, of all that is released in
  /// this step.
  void release(at::Tensor& sum, std::int64_t numbers, dp::NoiseSource& noise) const;
  /// D, see above. Throws Error when the noise is too large for so many numbers.
  double sensitivity(std::int64_t numbers) const;

  double clip_norm() const { return privacy_.clip_norm; }

 private:
  engine::PrivateTraining privacy_;
};

/// Rows that private training takes through a network together, so that a row's slope is the same
/// bits in every batch; a unit has at most so many.
inline constexpr std::int64_t kPrivateGroup = 64;

/// min(1, clip_norm / length of the unit's slope) of each row of a group, 0 where slopes are not
/// finite and for the group's empty places: `squares` [kPrivateGroup], float64, squared lengths of
/// the rows' slopes; `sizes`: rows of each unit, in order. The slopes of a unit add up to no more
/// than their lengths do.
at::Tensor clip_scales(const at::Tensor& squares, const std::vector<std::int64_t>& sizes,
                       double clip_norm);

}  // namespace tracetwin::neural
