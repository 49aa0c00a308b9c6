#include "marginal/indif.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace tracetwin::marginal {
namespace {

dp::PrivateCounts table_of(std::vector<std::int64_t> values) {
  return dp::PrivateCounts(std::move(values));
}

TEST(InDif, TwoByTwoByHand) {
  // One-ways (60, 40) and (50, 50) predict 30 30 20 20.
  const IndependentPair expected(std::vector<double>{60, 40}, std::vector<double>{50, 50}, 100);
  EXPECT_EQ(expected.distance(table_of({30, 30, 20, 20})), 0);
  EXPECT_EQ(expected.distance(table_of({50, 10, 0, 40})), 20 + 20 + 20 + 20);
  EXPECT_EQ(expected.distance(table_of({0, 0, 0, 0})), 100);
}

TEST(InDif, RoundsDown) {
  // Predicts 0.5 in each of two cells.
  const IndependentPair expected(std::vector<double>{1}, std::vector<double>{0.5, 0.5}, 1);
  EXPECT_EQ(expected.distance(table_of({1, 0})), 1);
  EXPECT_EQ(expected.distance(table_of({2, 1})), 2);
  const IndependentPair thirds(std::vector<double>{1}, std::vector<double>{1, 1, 1}, 3);
  EXPECT_EQ(thirds.distance(table_of({1, 0, 0})), 1);  // 4/3
}

// What the release relies on: one record more moves the score by at most 1, wherever it goes.
TEST(InDif, HasSensitivityOne) {
  Random random(3);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<double> first(1 + random.below(6));
    std::vector<double> second(1 + random.below(6));
    for (auto* side : {&first, &second}) {
      for (double& x : *side) {
        x = random.chance(0.3) ? 0 : random.uniform() * 40;
      }
    }
    const IndependentPair expected(first, second, 1 + random.uniform() * 100);
    std::vector<std::int64_t> counts(first.size() * second.size());
    for (auto& count : counts) {
      count = random.chance(0.5) ? 0 : random.between(0, 30);
    }
    const std::int64_t before = expected.distance(table_of(counts));
    ++counts[random.below(counts.size())];
    EXPECT_LE(std::abs(expected.distance(table_of(counts)) - before), 1);
  }
}

TEST(InDif, PoissonDeviation) {
  EXPECT_EQ(poisson_deviation(0), 0);
  EXPECT_NEAR(poisson_deviation(0.5), 2 * 0.5 * std::exp(-0.5), 2e-3);
  EXPECT_NEAR(poisson_deviation(1), 2 * std::exp(-1.0), 4e-3);
  EXPECT_NEAR(poisson_deviation(2.5), 2 * std::exp(-2.5) * std::pow(2.5, 3) / 2, 6e-3);
  EXPECT_NEAR(poisson_deviation(100), std::sqrt(200 / 3.14159265), 0.04);
}

TEST(InDif, IndependentRecordsShowNoMoreThanChance) {
  constexpr int kRecords = 20'000;
  const std::vector<double> even(100, kRecords / 100.0);
  Random random(5);
  std::vector<std::int64_t> counts(even.size() * even.size());
  for (int i = 0; i < kRecords; ++i) {
    ++counts[random.below(counts.size())];
  }
  const IndependentPair expected(even, even, kRecords);
  const auto distance = static_cast<double>(expected.distance(table_of(counts)));
  EXPECT_NEAR(distance, expected.distance_by_chance(), 0.02 * kRecords);
  EXPECT_GT(distance, 0.3 * kRecords);  // which is why chance is taken off
}

}  // namespace
}  // namespace tracetwin::marginal
