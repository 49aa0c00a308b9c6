#include "neural/private_critic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "neural/trainer.h"
#include "plain_critic.h"
#include "small_job.h"

namespace tracetwin::neural {
namespace {

using doppelganger::Job;
using doppelganger::PrivateTraining;

const Kind kFloat = at::TensorOptions().dtype(at::kFloat);
constexpr double kEverything = std::numeric_limits<double>::infinity();

class PrivateCritic : public ::testing::Test {
 protected:
  PrivateCritic() : real_(small_samples(job_, 100), 2, true, kFloat), draws_(1, kFloat) {
    critics_.emplace_back(RowShape{8, 12, 6}, CriticOptions{.layers = 4, .units = 24}, kFloat);
    critics_.emplace_back(RowShape{8, 0, 1}, CriticOptions{.layers = 3, .units = 16}, kFloat);
    for (Critic& critic : critics_) {
      critic.initialise(draws_);
      at::Tensor& flat = critic.parameters().flat();
      flat.add_(draws_.normal(flat.numel(), 1).flatten() * 0.2);
    }
  }

  std::vector<Critic*> critics() { return {&critics_[0], &critics_[1]}; }
  /// Of both critics, one behind the other.
  at::Tensor sum(const std::vector<std::int64_t>& flows, double clip_norm) {
    return at::cat(clipped_sums(critics(), real_, flows, clip_norm));
  }
  /// The same for one flow, by autograd and without clipping.
  at::Tensor plain_slope(std::int64_t flow) {
    std::vector<at::Tensor> slopes;
    for (Critic& critic : critics_) {
      const PlainCritic plain(critic);
      const at::Tensor rows = critic_rows(real_.batch({flow}), 1, critic.rows().columns());
      slopes.push_back(plain.gradient(-plain.forward(rows).sum()).to(at::kDouble));
    }
    return at::cat(slopes);
  }
  static std::vector<std::int64_t> first_flows(std::int64_t count) {
    std::vector<std::int64_t> flows(static_cast<std::size_t>(count));
    std::iota(flows.begin(), flows.end(), std::int64_t{0});
    return flows;
  }
  static double norm(const at::Tensor& slopes) { return slopes.norm().item<double>(); }

  Job job_ = small_job();
  RealData real_;
  Draws draws_;
  std::vector<Critic> critics_;
};

TEST_F(PrivateCritic, SumIsThatOfOneFlowAtATime) {
  const double clip_norm = norm(plain_slope(0));
  at::Tensor expected = at::zeros_like(plain_slope(0));
  int clipped = 0;
  for (std::int64_t flow = 0; flow < 90; ++flow) {
    const at::Tensor slope = plain_slope(flow);
    clipped += norm(slope) > clip_norm ? 1 : 0;
    expected += slope * std::min(1.0, clip_norm / norm(slope));
  }
  EXPECT_GT(clipped, 5);
  EXPECT_LT(clipped, 85);
  EXPECT_LT(norm(sum(first_flows(90), clip_norm) - expected), 1e-5 * norm(expected));
}

TEST_F(PrivateCritic, WithoutClippingItIsTheGradient) {
  at::Tensor expected = at::zeros_like(plain_slope(0));
  for (std::int64_t flow = 0; flow < 70; ++flow) {
    expected += plain_slope(flow);
  }
  EXPECT_LT(norm(sum(first_flows(70), kEverything) - expected), 1e-5 * norm(expected));
}

TEST_F(PrivateCritic, NoFlowIsLongerThanTheClipNorm) {
  for (const double clip_norm : {1e-3, 0.5, 10.0}) {
    for (std::int64_t flow = 0; flow < 50; ++flow) {
      ASSERT_LE(norm(sum({flow}, clip_norm)), clip_norm);
    }
  }
}

TEST_F(PrivateCritic, OneFlowMoreMovesTheSumByNoMoreThanTheClipNorm) {
  const double clip_norm = 0.7;
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    std::vector<std::int64_t> flows;
    for (std::int64_t flow = 0; flow < 99; ++flow) {
      if (random.chance(0.8)) {
        flows.push_back(flow);
      }
    }
    const at::Tensor before = sum(flows, clip_norm);
    flows.insert(flows.begin() + static_cast<std::int64_t>(random.below(flows.size())), 99);
    ASSERT_LE(norm(sum(flows, clip_norm) - before), clip_norm * (1 + 1e-12));
  }
}

// What the sensitivity rests on: neighbours shift flows to other places of other groups.
TEST_F(PrivateCritic, AFlowIsTheSameBitsInEveryPlace) {
  const at::Tensor alone = sum({42}, 1);
  for (const std::int64_t before : {1, 7, 33, 63, 64, 70}) {
    auto flows = first_flows(before);
    const at::Tensor others = sum(flows, 1);
    flows.push_back(42);
    EXPECT_LT(norm(sum(flows, 1) - others - alone), 1e-13) << before;
  }
}

// 25 units of four flows each.
TEST_F(PrivateCritic, AUnitsFlowsAreTakenAndClippedTogether) {
  auto samples = small_samples(job_, 100);
  for (std::uint32_t flow = 0; flow < 100; ++flow) {
    samples.units.push_back(flow / 4);
  }
  const RealData real(samples, 2, true, kFloat);
  ASSERT_EQ(real.units(), 25);
  EXPECT_EQ(real.most_of_unit(), 4);
  EXPECT_EQ(real.flows_of(3), (std::vector<std::int64_t>{12, 13, 14, 15}));
  const auto sum_of = [&](const std::vector<std::int64_t>& units, double clip_norm) {
    return at::cat(clipped_sums(critics(), real, units, clip_norm));
  };
  EXPECT_LT(norm(sum_of({3}, kEverything) - sum({12, 13, 14, 15}, kEverything)), 1e-12);
  std::vector<std::int64_t> all = first_flows(25);
  const at::Tensor before = sum_of({all.begin(), all.end() - 1}, 0.3);
  EXPECT_LE(norm(sum_of({24}, 0.3)), 0.3);
  EXPECT_LE(norm(sum_of(all, 0.3) - before), 0.3 * (1 + 1e-12));
}

TEST_F(PrivateCritic, FlowsThatAreNoNumbersCountAsNothing) {
  auto samples = small_samples(job_, 100);
  samples.attributes[3 * samples.attribute_width] = std::numeric_limits<float>::infinity();
  samples.attributes[4 * samples.attribute_width] = std::numeric_limits<float>::quiet_NaN();
  const RealData damaged(samples, 2, true, kFloat);
  const at::Tensor with = at::cat(clipped_sums(critics(), damaged, {1, 3, 4, 5}, 1));
  EXPECT_TRUE(at::equal(with, at::cat(clipped_sums(critics(), damaged, {1, 5}, 1))));
}

PrivateTraining training(double multiplier) {
  return {.sampling_rate = 0.25,
          .noise_multiplier = multiplier,
          .clip_norm = 0.5,
          .steps = 100,
          .insecure_test_seed = 8};
}

TEST_F(PrivateCritic, NoiseHasTheSdThatWasPaidFor) {
  const PrivateSum door(training(2));
  auto noise = dp::NoiseSource::insecure(1);
  constexpr std::int64_t kNumbers = 200'000;
  at::Tensor sum = at::full({kNumbers}, 0.125, at::kDouble);
  door.release(sum, kNumbers, noise);
  const double sd = 2 * door.sensitivity(kNumbers);
  EXPECT_GT(door.sensitivity(kNumbers), 0.5);
  EXPECT_LT(door.sensitivity(kNumbers), 0.5 * 1.001);
  EXPECT_NEAR(sum.std().item<double>(), sd, 0.01 * sd);
  EXPECT_NEAR(sum.mean().item<double>(), 0.125, 5 * sd / std::sqrt(kNumbers));
  const at::Tensor steps = sum / (sd / (1 << 23));
  EXPECT_LT((steps - steps.round()).abs().max().item<double>(), 1e-6);
}

TEST_F(PrivateCritic, SensitivityCoversRounding) {
  const double multiplier = 3;
  const PrivateSum door(training(multiplier));
  constexpr std::int64_t kNumbers = 1'000'000;
  const double grid = multiplier * door.sensitivity(kNumbers) / (1 << 23);
  EXPECT_GE(door.sensitivity(kNumbers), 0.5 * (1 + 1e-4) + std::sqrt(kNumbers) * grid - 1e-12);
  EXPECT_THROW(PrivateSum(training(1e5)).sensitivity(kNumbers), Error);
}

TEST_F(PrivateCritic, BatchesArePoisson) {
  const PrivateSum door(training(1));
  auto noise = dp::NoiseSource::insecure(5);
  double sum = 0;
  double squares = 0;
  constexpr int kBatches = 2000;
  for (int i = 0; i < kBatches; ++i) {
    const auto size = static_cast<double>(door.batch(100, noise).size());
    sum += size;
    squares += size * size;
  }
  const double mean = sum / kBatches;
  EXPECT_NEAR(mean, 25, 5 * std::sqrt(100 * 0.25 * 0.75 / kBatches));
  EXPECT_NEAR(squares / kBatches - mean * mean, 100 * 0.25 * 0.75, 3);
}

TEST_F(PrivateCritic, EmptyBatchIsReleasedAsAnyOther) {
  PrivateTraining rare = training(1);
  rare.sampling_rate = 1e-12;
  for (Critic& critic : critics_) {
    critic.parameters().flat_gradient().zero_();
  }
  PrivateCritics(rare, 10).add_real(critics(), real_, 0);
  const at::Tensor& gradient = critics_[0].parameters().flat_gradient();
  EXPECT_NEAR(gradient.std().item<double>(), 0.5 / 10, 0.005);
}

Job private_job(double multiplier) {
  Job job = small_job();
  job.privacy = training(multiplier);
  return job;
}

TEST(PrivateTrainer, ContinuesToTheSameBits) {
  const Job job = private_job(0.5);
  const auto samples = small_samples(job);
  Trainer straight(job, samples);
  Trainer first(job, samples);
  Trainer second(job, samples);
  for (int i = 0; i < 10; ++i) {
    straight.iterate();
    if (i < 5) {
      first.iterate();
    }
  }
  second.restore(first.checkpoint());
  for (int i = 0; i < 5; ++i) {
    second.iterate();
  }
  EXPECT_EQ(bytes_of(straight.checkpoint()), bytes_of(second.checkpoint()));
  EXPECT_TRUE(std::isnan(straight.losses().wasserstein));
}

TEST(PrivateTrainer, TakesNoStepThatIsNotPaidFor) {
  Job job = private_job(0.5);
  const auto samples = small_samples(job);
  job.privacy->steps = 39;  // 20 iterations of 2
  EXPECT_THROW(Trainer(job, samples), Error);
  job.privacy->steps = 40;
  job.options.iterations = 1;
  Trainer trainer(job, samples);
  trainer.iterate();
  EXPECT_THROW(trainer.iterate(), Error);
}

TEST(PrivateTrainer, RefusesWhatIsNotPrivate) {
  const auto refuses = [](const auto& change) {
    Job job = private_job(1);
    const auto samples = small_samples(job);
    change(job);
    EXPECT_THROW(Trainer(job, samples), Error);
  };
  refuses([](Job& job) { job.options.packing = 2; });
  refuses([](Job& job) { job.options.given_lengths = true; });
  refuses([](Job& job) { job.options.lipschitz = doppelganger::Lipschitz::kSpectralNorm; });
  refuses([](Job& job) { job.privacy->sampling_rate = 0; });
  refuses([](Job& job) { job.privacy->clip_norm = 0; });
  refuses([](Job& job) {
    job.privacy->noise_multiplier = 0;
    job.privacy->insecure_test_seed.reset();
  });
}

// Without real flows the networks still move: everything but PrivateCritics is free of them.
TEST(PrivateTrainer, SeesRealFlowsThroughOneDoorOnly) {
  Job job = private_job(0);
  job.privacy->sampling_rate = 1e-12;
  Trainer some(job, small_samples(job, 30));
  Trainer others(job, small_samples(job, 7));
  for (int i = 0; i < 3; ++i) {
    some.iterate();
    others.iterate();
  }
  EXPECT_EQ(bytes_of(some.kept()), bytes_of(others.kept()));
  EXPECT_EQ(some.losses().critic, others.losses().critic);
}

}  // namespace
}  // namespace tracetwin::neural
