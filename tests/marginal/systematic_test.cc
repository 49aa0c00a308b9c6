#include "marginal/systematic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace tracetwin::marginal {
namespace {

using testing::ElementsAre;

TEST(Systematic, ByHand) {
  const std::vector<double> weights = {0.5, 0, 0.3, 0.2};
  EXPECT_THAT(systematic_counts(weights, {10, 1, 0.0}), ElementsAre(5, 0, 3, 2));
  EXPECT_THAT(systematic_counts(weights, {1, 1, 0.6}), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(systematic_counts(weights, {0, 1, 0.6}), ElementsAre(0, 0, 0, 0));
}

TEST(Systematic, NoWeightAtAllMeansAllAlike) {
  EXPECT_THAT(systematic_counts(std::vector<double>{0, 0, 0}, {6, 1, 0.5}), ElementsAre(2, 2, 2));
  EXPECT_TRUE(systematic_counts({}, {6, 1, 0.5}).empty());
}

TEST(Systematic, EveryCellIsWithinOneOfItsShare) {
  Random random(4);
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<double> weights(1 + random.below(300));
    for (double& weight : weights) {
      weight = random.chance(0.5) ? 0 : random.uniform();
    }
    weights[random.below(weights.size())] = 1;
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const std::size_t all = random.below(5000);
    const auto counts = systematic_counts(weights, {all, 1, random.uniform()});
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::size_t{0}), all);
    for (std::size_t cell = 0; cell < weights.size(); ++cell) {
      EXPECT_LT(std::abs(counts[cell] - weights[cell] / sum * static_cast<double>(all)), 1 + 1e-9);
      EXPECT_TRUE(weights[cell] > 0 || counts[cell] == 0);
    }
  }
}

TEST(Systematic, ShardsAddUpToTheWhole) {
  Random random(6);
  std::vector<double> weights(500);
  for (double& weight : weights) {
    weight = random.uniform();
  }
  constexpr std::size_t kAll = 10'007;
  constexpr std::size_t kShards = 7;
  const double offset = random.uniform();
  const auto whole = systematic_counts(weights, {kAll, 1, offset});
  std::vector<std::uint32_t> sum(weights.size());
  for (std::size_t s = 0; s < kShards; ++s) {
    const EvenPoints points{kAll, kShards, offset + static_cast<double>(s)};
    const auto part = systematic_counts(weights, points);
    EXPECT_EQ(std::accumulate(part.begin(), part.end(), std::size_t{0}), points.points());
    for (std::size_t cell = 0; cell < sum.size(); ++cell) {
      sum[cell] += part[cell];
    }
  }
  EXPECT_EQ(sum, whole);
}

}  // namespace
}  // namespace tracetwin::marginal
