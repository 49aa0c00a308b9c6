#include "series/flows.h"

#include <gmock/gmock.h>

#include "small_series.h"

namespace tracetwin::series {
namespace {

using test::kBegin;
using test::kSecond;
using ::testing::ElementsAre;

TEST(Flows, RecordsOfAFiveTupleAreOneFlowInOrderOfTime) {
  const Flows flows = test::two_flows().flows;
  ASSERT_EQ(flows.size(), 2U);
  EXPECT_THAT(flows.record, ElementsAre(2, 0, 3, 1));
  EXPECT_THAT(flows.begin, ElementsAre(0, 3, 4));
  EXPECT_THAT(flows.time_ns, ElementsAre(kBegin, kBegin + 100 * kSecond, kBegin + 190 * kSecond,
                                         kBegin + 50 * kSecond));
}

TEST(Flows, BothDirectionsAreOneUnit) {
  SeriesData data = test::two_flows();
  std::swap(data.rows[test::kSrc][0], data.rows[test::kDst][0]);
  std::swap(data.rows[test::kSrcPort][0], data.rows[test::kDstPort][0]);
  const Flows flows = flows_of_records(data.rows, test::kTs);
  EXPECT_THAT(flows.owner, ElementsAre(2, 1, 0));
  EXPECT_THAT(flows.unit, ElementsAre(0, 1, 0));
}

TEST(Flows, MessagesOfIcmpAreOneUnitWhateverTheirKind) {
  SeriesData data = test::two_flows();
  for (std::size_t row = 0; row < 4; ++row) {
    data.rows[test::kProto][row] = 1;
    data.rows[test::kSrc][row] = data.rows[test::kSrc][0];
    data.rows[test::kSrcPort][row] = row;
  }
  EXPECT_THAT(flows_of_records(data.rows, test::kTs).unit, ElementsAre(0, 0, 0, 0));
}

TEST(Flows, PacketsOfAConversationFollowItsGaps) {
  std::vector<StepInContext> steps(3);
  steps[0].conversation = 1;
  steps[1].conversation = 0;
  steps[2].conversation = 1;
  steps[0].step.packet = 1;
  steps[0].step.gap_us = 250;
  const std::vector<Key> starts = {static_cast<std::uint64_t>(kBegin + kSecond),
                                   static_cast<std::uint64_t>(kBegin)};
  const Flows flows = flows_of_conversations(starts, steps);
  EXPECT_THAT(flows.owner, ElementsAre(1, 0));
  EXPECT_THAT(flows.record, ElementsAre(2, 0, 1));
  EXPECT_THAT(flows.time_ns, ElementsAre(kBegin, kBegin + 250'000, kBegin + kSecond));
}

TEST(Chunks, OfEqualTimeCountFlowsInEachAndLeaveEmptyOnesOut) {
  const auto chunks = chunks_of_equal_time(test::two_flows().flows, 4);  // 0, 47.5, 95, 142.5 s
  ASSERT_EQ(chunks.size(), 4U);
  EXPECT_EQ(chunks[0].begin_ns, kBegin);
  EXPECT_EQ(chunks[3].end_ns, kBegin + 190 * kSecond + 1);
  for (const Chunk& chunk : chunks) {
    EXPECT_EQ(chunk.records, 1U);
    EXPECT_EQ(chunk.flows, 1U);
  }
  EXPECT_EQ(chunks_of_equal_time(test::two_flows().flows, 19).size(), 4U);
}

TEST(Chunks, OfEqualSizeHoldAsManyRecords) {
  const auto chunks = chunks_of_equal_size(test::two_flows().flows, 2);
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].records, 2U);
  EXPECT_EQ(chunks[0].end_ns, kBegin + 100 * kSecond);
  EXPECT_EQ(chunks[1].begin_ns, chunks[0].end_ns);
}

TEST(Flows, OfOtherKeysAreUnitsEach) {
  const KeyColumns columns = {{7, 8, 7, 8}, {4, 3, 2, 1}};
  const Flows flows = flows_of_records(columns, 1, {0});
  ASSERT_EQ(flows.size(), 2U);
  EXPECT_THAT(flows.owner, ElementsAre(3, 2));
  EXPECT_THAT(flows.record, ElementsAre(3, 1, 2, 0));
  EXPECT_THAT(flows.unit, ElementsAre(0, 1));
  EXPECT_EQ(flows_of_records(columns, 1, {}).size(), 4U) << "without a key each record is one";
}

}  // namespace
}  // namespace tracetwin::series
