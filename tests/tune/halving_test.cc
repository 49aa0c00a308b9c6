#include "tune/halving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tracetwin::tune {
namespace {

using testing::ElementsAre;

TEST(Rungs, GrowByAThirdUpToAll) {
  const auto rungs = rungs_for(10, 90'000, 1000, 60);
  ASSERT_EQ(rungs.size(), 3U);
  EXPECT_DOUBLE_EQ(rungs[0].records, 1.0 / 9);
  EXPECT_DOUBLE_EQ(rungs[1].records, 1.0 / 3);
  EXPECT_DOUBLE_EQ(rungs[2].records, 1);
  EXPECT_NEAR(rungs[0].seconds, 60.0 / 9, 1e-9);
  EXPECT_DOUBLE_EQ(rungs[2].seconds, 60);
}

TEST(Rungs, ASmallTraceIsTakenWhole) {
  for (const Rung& rung : rungs_for(10, 500, 1000, 60)) {
    EXPECT_DOUBLE_EQ(rung.records, 1);
  }
  EXPECT_DOUBLE_EQ(rungs_for(10, 4000, 1000, 60)[0].records, 0.25);
}

TEST(Rungs, AreNoMoreThanCandidatesNeed) {
  EXPECT_EQ(rungs_for(1, 1e6, 1, 1).size(), 1U);
  EXPECT_EQ(rungs_for(3, 1e6, 1, 1).size(), 2U);
  EXPECT_EQ(rungs_for(500, 1e6, 1, 1).size(), 3U);
}

TEST(GoingOn, TheBestThirdAndThePresets) {
  const RungScores scores = {0.1, 0.9, std::nullopt, 0.8, 0.7, 0.2};
  EXPECT_THAT(going_on(scores, {}), ElementsAre(1, 3));
  EXPECT_THAT(going_on(scores, {true, false, false, false, false, false}), ElementsAre(0, 1, 3));
  EXPECT_THAT(going_on(scores, {false, false, true, false, false, false}), ElementsAre(1, 3))
      << "what failed does not go on";
  EXPECT_THAT(going_on({0.5}, {}), ElementsAre(0));
  EXPECT_THAT(going_on({std::nullopt}, {true}), ElementsAre());
}

}  // namespace
}  // namespace tracetwin::tune
