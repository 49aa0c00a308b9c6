#include "neural/token_trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace tracetwin::neural {
namespace {

using autoregressive::Guard;
using autoregressive::Job;
using autoregressive::kInactive;
using autoregressive::Records;

autoregressive::Layout layout() {
  return {{"a", 3, 0},
          {"b", 4, 1},
          {"b detail", 2, 1, true, Guard{1, 2}},
          {"b end", 2, 1, true, Guard{1, 3}},
          {"c", 5, 2}};
}

/// c follows from a and b but for a tenth; ten records a group.
Records records(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Records records;
  records.width = 5;
  for (std::size_t i = 0; i < count; ++i) {
    const auto a = static_cast<std::uint16_t>(random.below(3));
    const auto b = static_cast<std::uint16_t>(random.below(4));
    const auto detail = b < 2 ? kInactive : static_cast<std::uint16_t>(random.below(2));
    const auto c =
        static_cast<std::uint16_t>(random.chance(0.1) ? random.below(5) : std::uint64_t{a} + b / 2);
    const auto end = b < 3 ? kInactive : static_cast<std::uint16_t>(1 - detail);
    records.tokens.insert(records.tokens.end(), {a, b, detail, end, c});
    records.groups.push_back(static_cast<std::uint32_t>(i / 10));
  }
  return records;
}

Job job() {
  Job job;
  job.layout = layout();
  job.options.embedding = 3;
  job.options.hidden = 6;
  job.options.batch_size = 32;
  job.options.judge_every = 10;
  job.options.most_passes = 20;
  job.seed = 9;
  return job;
}

std::string bits_of(const engine::Weights& weights) {
  return bytes_of(weights);
}

TEST(TokenNetwork, GradientIsThatOfFiniteDifferences) {
  const c10::NoGradGuard no_gradient;
  TokenNetwork network(layout(), job().options, at::device(at::kCPU).dtype(at::kDouble));
  const Records some = records(40, 1);
  const std::vector<std::uint32_t> rows = {0, 3, 5, 8, 9, 13, 21};
  Random random(2);
  network.initialise(some, rows, random);
  const TokenBatch batch = network.batch(some, rows, 0.2, random);
  network.learn(batch);
  at::Tensor& flat = network.parameters().flat();
  const at::Tensor gradient = network.parameters().flat_gradient().clone();
  const auto size = static_cast<double>(rows.size());
  constexpr double kStep = 1e-6;
  const std::int64_t zero_row = (3 + 4 + 2 + 2 + 5) * 3;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    if (i >= zero_row && i < zero_row + 3) {
      EXPECT_EQ(gradient[i].item<double>(), 0) << "what is hidden or inactive stays 0";
      continue;
    }
    flat[i] += kStep;
    const double above = network.judge(batch) / size;
    flat[i] -= 2 * kStep;
    const double below = network.judge(batch) / size;
    flat[i] += kStep;
    EXPECT_NEAR(gradient[i].item<double>(), (above - below) / (2 * kStep), 1e-7) << i;
  }
}

TEST(TokenTrainer, LearnsWhatDependsOnWhat) {
  const c10::NoGradGuard no_gradient;
  Job plain = job();
  plain.options.dropout = 0;
  plain.options.average = 0.97;
  plain.options.patience = 100;
  TokenTrainer trainer(plain, records(2000, 3));
  while (!trainer.has_ended()) {
    trainer.step();
  }
  // log 3 + log 4 + log 2 / 2, and of c about 0.92 of one and 0.02 of each other value.
  const double entropy =
      std::log(12.0) + std::log(2.0) / 2 - 0.92 * std::log(0.92) - 0.08 * std::log(0.02);
  EXPECT_LT(trainer.best_judgement(), entropy + 0.15);
  EXPECT_GT(trainer.best_judgement(), entropy - 0.15);
}

TEST(TokenTrainer, EndsWhenItGetsNoBetter) {
  const c10::NoGradGuard no_gradient;
  Job patient = job();
  patient.options.most_passes = 100000;
  patient.options.patience = 3;
  TokenTrainer trainer(patient, records(300, 4));
  while (!trainer.has_ended() && trainer.steps() < 20000) {
    trainer.step();
  }
  EXPECT_LT(trainer.steps(), 20000U);
  EXPECT_LE(trainer.best_judgement(), trainer.judgement());
}

TEST(TokenTrainer, GoesOnWithTheSameBits) {
  const c10::NoGradGuard no_gradient;
  TokenTrainer whole(job(), records(500, 5));
  TokenTrainer first(job(), records(500, 5));
  for (int i = 0; i < 40; ++i) {
    whole.step();
    if (i < 23) {
      first.step();
    }
  }
  TokenTrainer second(job(), records(500, 5));
  second.restore(engine::parse_weights(bytes_of(first.checkpoint()), "checkpoint"));
  while (second.steps() < whole.steps()) {
    second.step();
  }
  EXPECT_EQ(bits_of(second.checkpoint()), bits_of(whole.checkpoint()));
  EXPECT_EQ(bits_of(second.best()), bits_of(whole.best()));
}

TEST(TokenTrainer, RefusesRecordsOfAnotherLayout) {
  Records wrong = records(50, 6);
  wrong.tokens[0] = 3;
  EXPECT_THROW(TokenTrainer(job(), wrong), Error);
}

}  // namespace
}  // namespace tracetwin::neural
