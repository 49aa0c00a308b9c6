#include "neural/private_sum.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "dp/discrete_gaussian.h"

namespace tracetwin::neural {
namespace {

constexpr double kAdding = 1e-4;  // what adding up float64 may be off by, of the clip norm
constexpr double kNormRounding = 1e-9;
constexpr std::uint64_t kGridSigma = 1U << 23;  // sd of the noise, in steps of the grid

}  // namespace

dp::NoiseSource PrivateSum::noise_of(std::uint64_t step) const {
  return privacy_.insecure_test_seed
             ? dp::NoiseSource::insecure(mix(*privacy_.insecure_test_seed, step))
         : privacy_.key ? dp::NoiseSource::of(*privacy_.key, step)
                        : dp::NoiseSource();
}

std::vector<std::int64_t> PrivateSum::batch(std::int64_t units, dp::NoiseSource& noise) const {
  // 2^64 times the rate, rounded down; all units at a rate of 1.
  const bool all = privacy_.sampling_rate >= 1;
  const auto bound = all ? 0 : static_cast<std::uint64_t>(std::ldexp(privacy_.sampling_rate, 64));
  std::vector<std::int64_t> chosen;
  for (std::int64_t unit = 0; unit < units; ++unit) {
    if (all || noise.bits() < bound) {
      chosen.push_back(unit);
    }
  }
  return chosen;
}

/// With g = z D / s, s = kGridSigma: D = C (1 + kAdding) / (1 - sqrt(d) z / s).
double PrivateSum::sensitivity(std::int64_t numbers) const {
  const double rounding = std::sqrt(static_cast<double>(numbers)) * privacy_.noise_multiplier /
                          static_cast<double>(kGridSigma);
  if (rounding > 0.5) {
    throw Error("the noise of private training is too large for networks of so many weights",
                "Use fewer units in the networks, or a larger budget.");
  }
  return privacy_.clip_norm * (1 + kAdding) / (1 - rounding);
}

void PrivateSum::release(at::Tensor& sum, std::int64_t numbers, dp::NoiseSource& noise) const {
  if (privacy_.noise_multiplier == 0) {
    return;  // tests only: see engine/private_training.h
  }
  const double grid =
      privacy_.noise_multiplier * sensitivity(numbers) / static_cast<double>(kGridSigma);
  const dp::DiscreteGaussian law({kGridSigma * kGridSigma, 1});
  at::Tensor here = sum.to(at::kCPU).contiguous();
  auto* values = here.data_ptr<double>();
  for (std::int64_t i = 0; i < here.numel(); ++i) {
    const std::int64_t steps = std::llround(values[i] / grid);
    values[i] = static_cast<double>(steps + law.draw(noise)) * grid;
  }
  sum.copy_(here);
}

at::Tensor clip_scales(const at::Tensor& squares, const std::vector<std::int64_t>& sizes,
                       double clip_norm) {
  at::Tensor lengths = squares.sqrt().mul_(1 + kNormRounding);
  lengths = at::where(at::isfinite(lengths), lengths, at::zeros_like(lengths));
  const auto* length = lengths.data_ptr<double>();
  at::Tensor scales = at::zeros_like(lengths);
  auto* scale = scales.data_ptr<double>();
  for (const std::int64_t size : sizes) {
    const double together = std::accumulate(length, length + size, 0.0);
    for (const double* const end = length + size; length < end; ++length, ++scale) {
      *scale = *length > 0 ? std::min(1.0, clip_norm / together) : 0.0;
    }
  }
  return scales;
}

}  // namespace tracetwin::neural
