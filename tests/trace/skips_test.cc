#include "trace/skips.h"

#include <gtest/gtest.h>

namespace tracetwin {
namespace {

TEST(Skips, CountsByReasonInOrderOfFirstAppearance) {
  Skips skips;
  skips.add("short", 7);
  skips.add("odd", 9, 3);
  skips.add("short", 12);
  ASSERT_EQ(skips.rows().size(), 2U);
  EXPECT_EQ(skips.rows()[0].reason, "short");
  EXPECT_EQ(skips.rows()[0].count, 2U);
  EXPECT_EQ(skips.rows()[0].first, 7U);
  EXPECT_EQ(skips.rows()[1].reason, "odd");
  EXPECT_EQ(skips.rows()[1].count, 3U);
  EXPECT_EQ(skips.total(), 5U);
}

TEST(Skips, HostileReasonsShareTheLastRow) {
  Skips skips;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    skips.add("reason " + std::to_string(i), i);
  }
  skips.add("reason 1", 2000);
  ASSERT_EQ(skips.rows().size(), Skips::kMaxReasons);
  EXPECT_EQ(skips.rows().front().count, 2U);
  EXPECT_EQ(skips.rows().back().reason, "other reasons");
  EXPECT_EQ(skips.rows().back().first, Skips::kMaxReasons);
  EXPECT_EQ(skips.total(), 1001U);
}

TEST(Skips, MergingAddsCountsAndKeepsTheFirstPlace) {
  Skips a;
  Skips b;
  a.add("short", 5);
  b.add("odd", 2);
  b.add("short", 3, 4);
  a.merge(b);
  ASSERT_EQ(a.rows().size(), 2U);
  EXPECT_EQ(a.rows()[0].count, 5U);
  EXPECT_EQ(a.rows()[0].first, 5U);
  EXPECT_EQ(a.rows()[1].first, 2U);
  EXPECT_EQ(a.total(), 6U);
}

}  // namespace
}  // namespace tracetwin
