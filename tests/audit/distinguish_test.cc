#include "audit/distinguish.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin::audit {
namespace {

constexpr double kDelta = 1e-9;

/// Two attacks: the first sees nothing, the second is normal with a mean of `shift` or 0.
Scores normals(std::size_t trials, double shift, std::uint64_t seed) {
  Random random(seed);
  Scores scores{{{}, {}}, {{}, {}}};
  for (std::size_t i = 0; i < trials; ++i) {
    scores.without[0].push_back(random.normal());
    scores.with[0].push_back(random.normal());
    scores.without[1].push_back(random.normal());
    scores.with[1].push_back(random.normal() + shift);
  }
  return scores;
}

TEST(Distinguish, PerfectScoresProveAllThatCanBeProven) {
  const Outcome outcome = distinguish(normals(100, 50, 1), Aim::kEpsilon, kDelta, 0.95);
  EXPECT_EQ(outcome.rule.attack, 1U);
  EXPECT_EQ(outcome.false_alarms, 0U);
  EXPECT_EQ(outcome.misses, 0U);
  EXPECT_EQ(outcome.trials_with, 50U);
  EXPECT_DOUBLE_EQ(outcome.epsilon, provable_epsilon(50, kDelta, 0.95));
  EXPECT_DOUBLE_EQ(outcome.advantage, 1);
  EXPECT_LT(outcome.advantage_interval.low, 1);
}

TEST(Distinguish, SmallerScoresMayMeanWith) {
  const Outcome outcome = distinguish(normals(100, -50, 2), Aim::kAdvantage, kDelta, 0.95);
  EXPECT_FALSE(outcome.rule.above);
  EXPECT_DOUBLE_EQ(outcome.advantage, 1);
}

TEST(Distinguish, ConstantScoresProveNothing) {
  const std::vector<std::vector<double>> same(3, std::vector<double>(60, 1.0));
  const Outcome outcome = distinguish({same, same}, Aim::kEpsilon, kDelta, 0.95);
  EXPECT_EQ(outcome.epsilon, 0);
  EXPECT_EQ(outcome.advantage, 0);
}

TEST(Distinguish, ChoosingAmongAttacksDoesNotMakeUpAnAdvantage) {
  int false_claims = 0;
  constexpr int kGames = 400;
  for (std::uint64_t game = 0; game < kGames; ++game) {
    const Outcome outcome = distinguish(normals(80, 0, 100 + game), Aim::kAdvantage, kDelta, 0.95);
    false_claims += outcome.advantage_interval.low > 0 ? 1 : 0;
  }
  EXPECT_LE(false_claims, kGames / 20);
}

/// Says the truth with probability e^epsilon / (1 + e^epsilon): exactly epsilon-private.
Scores randomized_response(double epsilon, std::size_t trials, std::uint64_t seed) {
  Random random(seed);
  const double truth = std::exp(epsilon) / (1 + std::exp(epsilon));
  Scores scores{{{}}, {{}}};
  for (std::size_t i = 0; i < trials; ++i) {
    scores.without[0].push_back(random.chance(truth) ? 0 : 1);
    scores.with[0].push_back(random.chance(truth) ? 1 : 0);
  }
  return scores;
}

TEST(Distinguish, ComesCloseToATightMechanismAndNotAbove) {
  int above = 0;
  for (std::uint64_t game = 0; game < 6; ++game) {
    const Outcome outcome =
        distinguish(randomized_response(1, 10'000, game), Aim::kEpsilon, kDelta, 0.95);
    EXPECT_GT(outcome.epsilon, 0.8);
    above += outcome.epsilon > 1 ? 1 : 0;
  }
  EXPECT_LE(above, 1);
}

TEST(Distinguish, NeedsAFewTrials) {
  EXPECT_THROW(distinguish(normals(3, 0, 1), Aim::kEpsilon, kDelta, 0.95), Error);
}

}  // namespace
}  // namespace tracetwin::audit
