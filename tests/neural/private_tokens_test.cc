#include "neural/private_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace tracetwin::neural {
namespace {

using autoregressive::Job;
using autoregressive::Records;

const Kind kFloat = at::TensorOptions().dtype(at::kFloat);
constexpr double kEverything = std::numeric_limits<double>::infinity();

autoregressive::Layout layout() {
  return {{"a", 3, 0}, {"b", 4, 1}, {"c", 11, 2}};
}

Records records(std::size_t count, std::size_t of_unit) {
  Random random(5);
  Records records{3, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    const auto a = static_cast<std::uint16_t>(random.below(3));
    const auto b = static_cast<std::uint16_t>(random.below(4));
    const auto c = static_cast<std::uint16_t>(random.chance(0.2) ? random.below(11) : a + 2U * b);
    records.tokens.insert(records.tokens.end(), {a, b, c});
    records.groups.push_back(static_cast<std::uint32_t>(i / of_unit));
  }
  return records;
}

Job job() {
  Job job;
  job.layout = layout();
  job.options.embedding = 4;
  job.options.hidden = 8;
  job.privacy = {.sampling_rate = 0.25,
                 .noise_multiplier = 0.5,
                 .clip_norm = 1,
                 .steps = 20,
                 .insecure_test_seed = 4};
  job.expected_batch = 50;
  return job;
}

class PrivateTokens : public ::testing::Test {
 protected:
  PrivateTokens() : network_(layout(), job().options, kFloat) {
    std::vector<std::uint32_t> all(200);
    std::iota(all.begin(), all.end(), 0U);
    Random random(2);
    network_.initialise(records_, all, random);
    Random more(3);
    at::Tensor& flat = network_.parameters().flat();
    for (std::int64_t i = 0; i < flat.numel(); ++i) {
      flat[i] += 0.3 * (more.uniform() - 0.5);
    }
    network_.parameters()["embedding"].select(0, 18).zero_();
    for (std::uint32_t row = 0; row < 200; ++row) {
      singles_.push_back({row});
    }
  }

  at::Tensor sum(const UnitRows& units, const std::vector<std::int64_t>& chosen, double clip) {
    return clipped_sum(network_, layout(), records_, units, chosen, clip);
  }
  at::Tensor sum(const std::vector<std::int64_t>& chosen, double clip) {
    return sum(singles_, chosen, clip);
  }
  /// Of one record, by the network's own way.
  at::Tensor plain_slope(std::uint32_t row) {
    Random unused(0);
    const std::vector<std::uint32_t> rows = {row};
    network_.learn(network_.batch(records_, rows, 0, unused));
    return network_.parameters().flat_gradient().to(at::kDouble);
  }
  static std::vector<std::int64_t> first(std::int64_t count) {
    std::vector<std::int64_t> units(static_cast<std::size_t>(count));
    std::iota(units.begin(), units.end(), std::int64_t{0});
    return units;
  }
  static double norm(const at::Tensor& slopes) { return slopes.norm().item<double>(); }

  const c10::NoGradGuard no_gradient_;
  Records records_ = records(200, 1);
  TokenNetwork network_;
  UnitRows singles_;
};

TEST_F(PrivateTokens, SumIsThatOfOneRecordAtATime) {
  std::vector<double> lengths;
  for (std::uint32_t row = 0; row < 150; ++row) {
    lengths.push_back(norm(plain_slope(row)));
  }
  std::ranges::nth_element(lengths, lengths.begin() + 75);
  const double clip = lengths[75];
  at::Tensor expected = at::zeros_like(plain_slope(0));
  int clipped = 0;
  for (std::uint32_t row = 0; row < 150; ++row) {
    const at::Tensor slope = plain_slope(row);
    clipped += norm(slope) > clip ? 1 : 0;
    expected += slope * std::min(1.0, clip / norm(slope));
  }
  EXPECT_GT(clipped, 5);
  EXPECT_LT(clipped, 145);
  EXPECT_LT(norm(sum(first(150), clip) - expected), 1e-5 * norm(expected));
}

TEST_F(PrivateTokens, NoRecordIsLongerThanTheClipNorm) {
  for (const double clip : {1e-3, 0.5, 10.0}) {
    for (std::int64_t row = 0; row < 60; ++row) {
      const double length = norm(sum({row}, clip));
      ASSERT_LE(length, clip);
      ASSERT_GT(length, 0);
    }
  }
}

TEST_F(PrivateTokens, OneUnitMoreMovesTheSumByNoMoreThanTheClipNorm) {
  UnitRows units;
  for (std::uint32_t unit = 0; unit < 50; ++unit) {
    units.push_back({4 * unit, 4 * unit + 1, 4 * unit + 2, 4 * unit + 3});
  }
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    std::vector<std::int64_t> chosen;
    for (std::int64_t unit = 0; unit < 49; ++unit) {
      if (random.chance(0.7)) {
        chosen.push_back(unit);
      }
    }
    const at::Tensor before = sum(units, chosen, 0.7);
    chosen.insert(chosen.begin() + static_cast<std::int64_t>(random.below(chosen.size())), 49);
    ASSERT_LE(norm(sum(units, chosen, 0.7) - before), 0.7 * (1 + 1e-12));
  }
}

// What the sensitivity rests on: neighbours shift records to other places of other groups.
TEST_F(PrivateTokens, ARecordIsTheSameBitsInEveryPlace) {
  const at::Tensor alone = sum({142}, 1);
  for (const std::int64_t before : {1, 7, 33, 63, 64, 70}) {
    auto chosen = first(before);
    const at::Tensor others = sum(chosen, 1);
    chosen.push_back(142);
    EXPECT_LT(norm(sum(chosen, 1) - others - alone), 1e-13) << before;
  }
}

TEST_F(PrivateTokens, SlopesThatAreNoNumbersCountAsNothing) {
  const std::int64_t first_of_b = 3;
  network_.parameters()["embedding"]
      .select(0, first_of_b + 1)
      .fill_(std::numeric_limits<float>::quiet_NaN());
  std::vector<std::int64_t> sound;
  std::vector<std::int64_t> all;
  for (std::int64_t row = 0; row < 100; ++row) {
    all.push_back(row);
    if (records_.record(static_cast<std::size_t>(row))[1] != 1) {
      sound.push_back(row);
    }
  }
  ASSERT_LT(sound.size(), all.size());
  EXPECT_LT(norm(sum(all, kEverything) - sum(sound, kEverything)), 1e-12);
}

engine::Weights start_of(const Job& job, const Records& records) {
  TokenNetwork network(job.layout, job.options, kFloat);
  std::vector<std::uint32_t> all(records.size());
  std::iota(all.begin(), all.end(), 0U);
  Random random(1);
  network.initialise(records, all, random);
  engine::Weights weights;
  network.parameters().save("", weights);
  return weights;
}

double judgement(const Job& job, const Records& records, const engine::Weights& weights) {
  TokenNetwork network(job.layout, job.options, kFloat);
  network.parameters().load("", weights);
  std::vector<std::uint32_t> all(records.size());
  std::iota(all.begin(), all.end(), 0U);
  Random unused(0);
  return network.judge(network.batch(records, all, 0, unused)) /
         static_cast<double>(records.size());
}

TEST(PrivateTokenTrainer, LearnsThroughNoise) {
  const c10::NoGradGuard no_gradient;
  Job long_job = job();
  long_job.privacy->steps = 120;
  long_job.options.rate = 0.02;
  long_job.options.average = 0.9;
  long_job.expected_batch = 150;
  const Records some = records(600, 1);
  const engine::Weights start = start_of(long_job, some);
  PrivateTokenTrainer trainer(long_job, some, start);
  while (!trainer.has_ended()) {
    trainer.step();
  }
  EXPECT_EQ(trainer.steps(), 120U);
  EXPECT_LT(judgement(long_job, some, trainer.result()), judgement(long_job, some, start) - 0.4);
}

TEST(PrivateTokenTrainer, TheTestSeedGivesTheSameBits) {
  const c10::NoGradGuard no_gradient;
  const Records some = records(200, 2);
  const auto bits = [&](std::uint64_t seed) {
    Job seeded = job();
    seeded.privacy->insecure_test_seed = seed;
    PrivateTokenTrainer trainer(seeded, some, start_of(seeded, some));
    while (!trainer.has_ended()) {
      trainer.step();
    }
    return bytes_of(trainer.result());
  };
  EXPECT_EQ(bits(1), bits(1));
  EXPECT_NE(bits(1), bits(2));
}

TEST(PrivateTokenTrainer, RefusesWhatCannotBePaidFor) {
  const Records some = records(200, 1);
  const engine::Weights start = start_of(job(), some);
  const auto refuses = [&](auto change, const Records& real) {
    Job wrong = job();
    change(wrong);
    EXPECT_THROW(PrivateTokenTrainer(wrong, real, start), Error);
  };
  refuses([](Job& wrong) { wrong.privacy.reset(); }, some);
  refuses([](Job& wrong) { wrong.privacy->sampling_rate = 0; }, some);
  refuses([](Job& wrong) { wrong.privacy->clip_norm = 0; }, some);
  refuses(
      [](Job& wrong) {
        wrong.privacy->noise_multiplier = 0;
        wrong.privacy->insecure_test_seed.reset();
      },
      some);
  refuses([](Job& wrong) { wrong.expected_batch = 0; }, some);
  refuses([](Job& wrong) { wrong.layout[2].local = true; }, some);
  refuses([](Job&) {}, records(200, 65));
}

}  // namespace
}  // namespace tracetwin::neural
