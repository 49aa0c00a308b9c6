// Steinke, Nasr, Jagielski 2023 (arXiv 2305.08846): many canaries, each in the training or not by
// the toss of a coin; who guesses right too often has refuted the epsilon. The attacker sees what a
// step releases and knows all slopes, which is more than any model gives away.
//
// Chances: a sound door is refuted in one of 10^6 runs at most, an unsound one passes in fewer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dp/sampled_gaussian.h"
#include "neural/draws.h"
#include "neural/private_critic.h"
#include "small_job.h"

namespace tracetwin::neural {
namespace {

constexpr std::int64_t kCanaries = 100;
constexpr std::int64_t kGuesses = 60;
constexpr double kEpsilon = 1;
constexpr double kRate = 0.5;
constexpr std::uint64_t kSteps = 40;
const Kind kFloat = at::TensorOptions().dtype(at::kFloat);

doppelganger::Samples some_of(const doppelganger::Samples& all, const std::vector<bool>& taken) {
  doppelganger::Samples some;
  some.attribute_width = all.attribute_width;
  some.feature_width = all.feature_width;
  std::size_t record = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t end = record + all.lengths[i];
    if (taken[i]) {
      const auto attributes = all.attributes_of(i);
      some.lengths.push_back(all.lengths[i]);
      some.attributes.insert(some.attributes.end(), attributes.begin(), attributes.end());
      some.features.insert(
          some.features.end(),
          all.features.begin() + static_cast<std::ptrdiff_t>(record * all.feature_width),
          all.features.begin() + static_cast<std::ptrdiff_t>(end * all.feature_width));
    }
    record = end;
  }
  return some;
}

/// How many of the canaries that stood out most were told right.
int right_guesses(double noise_multiplier, std::uint64_t seed) {
  const doppelganger::Job job = small_job();
  const auto all = small_samples(job, kCanaries);
  const RealData canaries(all, 2, true, kFloat);
  Draws draws(seed, kFloat);
  std::vector<Critic> critics;
  critics.emplace_back(RowShape{8, 12, 6}, CriticOptions{.layers = 3, .units = 24}, kFloat);
  critics.front().initialise(draws);
  Random random(seed);
  std::vector<bool> taken(kCanaries);
  std::generate(taken.begin(), taken.end(), [&] { return random.chance(0.5); });
  const RealData real(some_of(all, taken), 2, true, kFloat);

  std::vector<at::Tensor> slopes;
  for (std::int64_t canary = 0; canary < kCanaries; ++canary) {
    slopes.push_back(clipped_sums({&critics.front()}, canaries, {canary}, 1).front());
  }
  const at::Tensor inverse = at::linalg_pinv(at::stack(slopes, 1));  // [canaries, weights]
  const PrivateCritics door({.sampling_rate = kRate,
                             .noise_multiplier = noise_multiplier,
                             .clip_norm = 1,
                             .steps = kSteps,
                             .insecure_test_seed = seed},
                            1);
  at::Tensor released = at::zeros({critics.front().parameters().flat().numel()}, at::kDouble);
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    critics.front().parameters().flat_gradient().zero_();
    door.add_real({&critics.front()}, real, step);
    released.add_(critics.front().parameters().flat_gradient().to(at::kDouble));
  }
  const at::Tensor shown = inverse.matmul(released).contiguous();  // times in a batch, with noise
  const auto* score = shown.data_ptr<double>();
  std::vector<std::size_t> order(kCanaries);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return score[a] < score[b]; });
  int right = 0;
  for (std::size_t i = 0; i < kGuesses / 2; ++i) {
    right += taken[order[i]] ? 0 : 1;
    right += taken[order[kCanaries - 1 - i]] ? 1 : 0;
  }
  return right;
}

/// P[Binomial(kGuesses, e^epsilon / (1 + e^epsilon)) >= right], the chance of so many right guesses
/// if epsilon holds (delta is too small to matter).
double chance_of(int right) {
  const double p = 1 / (1 + std::exp(-kEpsilon));
  double sum = 0;
  for (int k = right; k <= kGuesses; ++k) {
    sum += std::exp(std::lgamma(kGuesses + 1) - std::lgamma(k + 1) - std::lgamma(kGuesses - k + 1) +
                    k * std::log(p) + (kGuesses - k) * std::log1p(-p));
  }
  return sum;
}

double noise_of_epsilon() {
  return dp::sampled_gaussian_noise({kEpsilon, 1e-6}, 0, {kRate, kSteps});
}

TEST(OneRunAudit, DoesNotRefuteTheDoor) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    EXPECT_GT(chance_of(right_guesses(noise_of_epsilon(), seed)), 1e-6);
  }
}

TEST(OneRunAudit, RefutesADoorWithNextToNoNoise) {
  EXPECT_LT(chance_of(right_guesses(noise_of_epsilon() / 1e6, 1)), 1e-6);
}

}  // namespace
}  // namespace tracetwin::neural
