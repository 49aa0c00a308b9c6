#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tracetwin {
namespace {

TEST(Random, SameSeedAndStreamGiveTheSameNumbers) {
  Random a(7, 3);
  Random b(7, 3);
  Random c(7, 4);
  const std::uint64_t first = a.bits();
  EXPECT_EQ(first, b.bits());
  EXPECT_NE(first, c.bits());
}

TEST(Random, BelowIsUniform) {
  Random random(1);
  std::vector<int> seen(7);
  for (int i = 0; i < 70000; ++i) {
    ++seen[random.below(7)];
  }
  for (const int count : seen) {
    EXPECT_NEAR(count, 10000, 500);
  }
  EXPECT_EQ(random.below(1), 0U);
  EXPECT_EQ(random.below(0), 0U);
}

TEST(Random, NormalHasItsMoments) {
  Random random(2);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
}

TEST(Random, PickFollowsWeightsAndNeverTakesZero) {
  Random random(3);
  const std::vector<double> weights = {0, 1, 3, 0};
  std::vector<int> seen(4);
  for (int i = 0; i < 40000; ++i) {
    ++seen[random.pick(weights)];
  }
  EXPECT_EQ(seen[0] + seen[3], 0);
  EXPECT_NEAR(seen[2], 30000, 600);
}

}  // namespace
}  // namespace tracetwin
