// How traces are divided for the floor.
#include "evaluate/halves.h"

#include <gtest/gtest.h>

#include "small_trace.h"

namespace tracetwin::evaluate {
namespace {

Columns packets(std::size_t of_one, std::size_t of_others) {
  std::vector<SmallPacket> rows;
  for (std::size_t i = 0; i < of_one + of_others; ++i) {
    // Packets of one conversation, then each other one in a conversation of its own.
    const auto dst = static_cast<std::uint8_t>(i < of_one ? 2 : 3 + i % 100);
    rows.push_back({1, dst, static_cast<double>(i)});
  }
  return small_pair(rows, rows).real.columns;
}

TEST(Halves, OfACaptureAreWholeConversations) {
  const Columns columns = packets(0, 80);
  const Halves parts = halves(columns, 1000, 0);
  EXPECT_EQ(parts.divided, "conversations");
  EXPECT_EQ(parts.first.rows(), 40U);
  EXPECT_EQ(parts.second.rows(), 40U);
}

TEST(Halves, OfASingleConversationAreItsBeginningAndItsEnd) {
  const Halves parts = halves(packets(101, 0), 1000, 0);
  EXPECT_EQ(parts.divided, "time");
  EXPECT_EQ(parts.first.rows(), 51U);
  ASSERT_EQ(parts.second.rows(), 50U);
  EXPECT_LT(parts.first.time_ns.back(), parts.second.time_ns.front());
}

TEST(Halves, AreNotWhatALargeConversationLeaves) {
  // Whole conversations could give three packets only.
  const Halves parts = halves(packets(97, 3), 1000, 0);
  EXPECT_EQ(parts.divided, "time");
  EXPECT_EQ(parts.second.rows(), 50U);
}

TEST(Halves, OfFlowsHaveNoMoreRowsThanAskedFor) {
  const std::vector<SmallFlow> rows(100, SmallFlow{1, 2});
  const Halves parts = halves(small_pair(rows, rows).real.columns, 20, 0);
  EXPECT_EQ(parts.divided, "records");
  EXPECT_EQ(parts.first.rows(), 50U);
  EXPECT_EQ(parts.second.rows(), 20U);
}

TEST(DrawnRows, AreSuccessiveWhereOneConversationHasMost) {
  const auto rows = drawn_rows(packets(100, 0), 10, 0);
  ASSERT_EQ(rows.size(), 10U);
  EXPECT_EQ(rows.back(), rows.front() + 9);
  EXPECT_EQ(drawn_rows(packets(0, 60), 30, 0).size(), 30U);
  EXPECT_EQ(drawn_rows(packets(5, 0), 30, 0).size(), 5U);
}

}  // namespace
}  // namespace tracetwin::evaluate
