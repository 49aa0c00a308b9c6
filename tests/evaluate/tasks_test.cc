// The tasks of usefulness on traces worked by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "evaluate/anomaly.h"
#include "evaluate/distances.h"
#include "evaluate/heavy_hitters.h"
#include "evaluate/prediction.h"
#include "evaluate/prediction_rows.h"
#include "evaluate/sketches.h"
#include "small_trace.h"

namespace tracetwin::evaluate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// 20 flows, so that half of all packets make a key heavy: `packets` to 9, 19 to others.
std::vector<SmallFlow> flows_with(double packets) {
  std::vector<SmallFlow> rows = {{1, 9, 1000, 80, 6, 0, 0, packets}};
  for (std::uint8_t i = 0; i < 19; ++i) {
    rows.push_back({2, static_cast<std::uint8_t>(20 + i), 1000, 80, 6, 1, 0, 1});
  }
  return rows;
}

std::vector<Group> counted(double real, double synthetic) {
  const SmallPair traces = small_pair(flows_with(real), flows_with(synthetic));
  std::vector<Group> groups;
  for (std::size_t key = 0; key < kHeavyKeys; ++key) {
    groups.push_back(heavy_hitter_group(traces.pair(), 0, key));
  }
  return groups;
}

TEST(HeavyHitters, HaveAtLeastTheShareOfTheThreshold) {
  const auto just = counted(19, 19);
  EXPECT_EQ(value_of(just, "sketches.error.dstip.count_min"), 0) << "20 keys in 64 counters";
  EXPECT_EQ(value_of(just, "sketches.f1.dstip.count_min"), 1);
  const auto few = counted(18, 19);
  EXPECT_TRUE(std::isnan(value_of(few, "sketches.gap.dstip.nitro")));
  EXPECT_THAT(metric_of(few, "sketches.gap.dstip").why, HasSubstr("no heavy hitter"));
}

TEST(HeavyHitters, GapsAreRelativeToTheErrorOnTheRealTrace) {
  const auto groups = counted(40, 400);
  std::vector<double> real;
  std::vector<double> synthetic;
  std::vector<double> gaps;
  for (const std::string sketch : {"count_min", "count_sketch", "univmon", "nitro"}) {
    const Metric& error = metric_of(groups, "sketches.error.dstip." + sketch);
    real.push_back(error.floor.value());
    synthetic.push_back(error.value.value());
    const double gap = std::abs(synthetic.back() - real.back()) / real.back();
    const double found = value_of(groups, "sketches.gap.dstip." + sketch);
    EXPECT_TRUE(real.back() > 0 ? found == gap : std::isnan(found)) << sketch;
    if (real.back() > 0) {
      gaps.push_back(gap);
    }
  }
  EXPECT_GT(real.back(), synthetic.back()) << "sampling errs more on fewer packets";
  EXPECT_GT(real.back(), 0);
  std::ranges::sort(gaps);
  EXPECT_EQ(value_of(groups, "sketches.gap.dstip"), quantile(gaps, 0.5));
  EXPECT_EQ(value_of(groups, "sketches.order.dstip"), spearman(real, synthetic));
}

TEST(HeavyHitters, CountsBeyondAllBoundsStayCounts) {
  const auto groups = counted(1.8446744073709552e19, 19);
  EXPECT_EQ(metric_of(groups, "sketches.error.dstip.count_min").floor, 0);
  EXPECT_EQ(whole_number(1.8446744073709552e19), UINT64_MAX);
  EXPECT_EQ(whole_number(-1), 0U);
}

TEST(Sketches, UnivMonTellsKeysApart) {
  const KeyCounts stream{{11, 22, 33, 44}, {42, 7, 100, 1}};
  const std::vector<std::uint32_t> asked = {0, 1, 2, 3};
  EXPECT_THAT(univmon(stream, asked, {5, 4096}, 1), ElementsAre(42, 7, 100, 1));
}

TEST(Sketches, DetectWhatReachesTheThreshold) {
  const KeyCounts stream{{11, 22, 33, 44}, {42, 7, 100, 1}};
  const std::vector<std::uint32_t> asked = {2};
  for (const auto sketch : {count_min, count_sketch, univmon}) {
    Detection detection{42};
    sketch(stream, asked, {5, 4096}, 1, &detection);
    EXPECT_EQ(detection.detected, 2U);
    EXPECT_EQ(detection.right, 2U);
  }
  // In one counter all keys seem to have 150 packets.
  Detection blind{42};
  count_min(stream, asked, {5, 1}, 1, &blind);
  EXPECT_EQ(blind.detected, 4U);
  EXPECT_EQ(blind.right, 2U);
}

/// Packets of flow `dst` at these times.
void add(std::vector<SmallPacket>& rows, std::uint8_t dst, const std::vector<double>& times) {
  for (const double time : times) {
    rows.push_back({1, dst, time});
  }
}

std::vector<PacketTrain> trains_of(const std::vector<SmallPacket>& rows) {
  return packet_trains(small_pair(rows, rows).real, 3000, 0);
}

TEST(PacketTrains, AreCutAtSilencesLongerThanMostFlows) {
  // Nine flows of 1 s and one of 6: the 0.9-quantile is 1.5 s.
  std::vector<SmallPacket> rows;
  for (std::uint8_t dst = 10; dst < 19; ++dst) {
    add(rows, dst, {0, 1});
  }
  add(rows, 19, {0, 1, 5, 6});
  const auto trains = trains_of(rows);
  ASSERT_EQ(trains.size(), 11U);
  EXPECT_THAT(trains[9].times, ElementsAre(0, 1));
  EXPECT_THAT(trains[10].times, ElementsAre(0, 1)) << "from its own first packet on";
}

TEST(PacketTrains, EndAfterTenMinutesOfSilence) {
  std::vector<SmallPacket> rows;
  add(rows, 10, {0, 1, 602, 604, 1500});
  add(rows, 11, {0, 500, 1000});
  // Flows of 1, 2 and 1,000 s; 0.9 of them last no longer than 800 s, which no silence is.
  const auto trains = trains_of(rows);
  ASSERT_EQ(trains.size(), 3U) << "1500 is alone";
  EXPECT_THAT(trains[1].times, ElementsAre(0, 2));
}

TEST(Anomaly, GapsAreRelativeToTheRealShare) {
  const std::vector<double> gaps =
      anomaly_gaps(std::vector<double>{0.5, 0.4, 0, 0.1}, std::vector<double>{0.25, 0.6, 0.3, 0.1});
  EXPECT_DOUBLE_EQ(gaps[0], 0.5);
  EXPECT_NEAR(gaps[1], 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(gaps[2]));
  EXPECT_DOUBLE_EQ(gaps[3], 0);
  EXPECT_NEAR(mean_gap(gaps), 1.0 / 3, 1e-12);
}

TEST(Anomaly, WantsTwentyTrains) {
  std::vector<SmallPacket> rows;
  add(rows, 10, {0, 1});
  const SmallPair traces = small_pair(rows, rows);
  EXPECT_THAT(metric_of({anomaly_group(traces.pair(), 0)}, "anomaly.own").why, HasSubstr("20"));
}

/// As many flows as types; with as many packets as the place in the row.
std::vector<SmallFlow> flows_of(const std::vector<std::string>& types) {
  std::vector<SmallFlow> rows;
  for (const std::string& type : types) {
    const auto time = static_cast<double>(rows.size());
    rows.push_back({1, 9, 1000, 80, 6, time, 0, time, 100, type});
  }
  return rows;
}

Parts parts(const Columns& columns) {
  Random random(0);
  return parts_of(columns, plan_of(columns, "type"), random);
}

TEST(PredictionRows, AreTheEarliestFourFifthsAndTheRest) {
  const auto rows = flows_of({"a", "b", "a", "b", "a", "b", "a", "b", "a", "b"});
  const Parts found = parts(small_pair(rows, rows).real.columns);
  EXPECT_THAT(found.learned.labels, ElementsAre(0, 1, 0, 1, 0, 1, 0, 1));
  EXPECT_THAT(found.asked.labels, ElementsAre(0, 1));
  EXPECT_EQ(found.asked.features.row(0)[4], 8) << "packets of the ninth flow";
}

TEST(PredictionRows, AreDrawnWhereAClassIsInOnePartOnly) {
  const auto rows = flows_of({"a", "a", "a", "a", "b", "a", "a", "a", "c", "c"});
  const SmallPair traces = small_pair(rows, rows);
  const Plan plan = plan_of(traces.real.columns, "type");
  EXPECT_FALSE(plan.by_time);
  EXPECT_THAT(notes_on(plan), HasSubstr("at random"));
  const Parts found = parts(traces.real.columns);
  EXPECT_EQ(found.learned.labels.size(), 8U);
  EXPECT_EQ(found.asked.labels.size(), 2U);
}

TEST(PredictionRows, RareLabelsOfManyShareAClass) {
  std::vector<std::string> types;
  for (int i = 0; i < 6000; ++i) {  // 60 labels, of which 20 have 3 rows
    types.push_back(std::to_string(i % 100 < 99 ? i % 40 : 40 + i / 100 % 20));
  }
  const auto rows = flows_of(types);
  const SmallPair traces = small_pair(rows, rows);
  const Plan plan = plan_of(traces.real.columns, "type");
  EXPECT_EQ(plan.merged, 20U);
  EXPECT_THAT(notes_on(plan), HasSubstr("20 labels"));
}

TEST(PredictionRows, TheLabelIsNoFeature) {
  const std::vector<SmallPacket> rows(20, SmallPacket{1, 2});
  const SmallPair traces = small_pair(rows, rows);
  Random random(0);
  const auto features = [&](const char* label) {
    const Columns& columns = traces.real.columns;
    return parts_of(columns, plan_of(columns, label), random).learned.features.columns;
  };
  EXPECT_EQ(features("flag"), 8U) << "ports, protocol, three numbers, tos and off";
  EXPECT_EQ(features("off"), 7U);
}

TEST(Prediction, FromTheSameRecordsIsAsGoodAsTheFloor) {
  std::vector<SmallFlow> rows;  // bands of bytes, with one record in five in the wrong one
  for (int i = 0; i < 400; ++i) {
    const int bytes = i * 37 % 101;
    const bool odd = (bytes / 20 % 2 == 1) != (i % 5 == 0);
    rows.push_back({1, 9, 1000, 80, 6, 1.0 * i, 0, 1, 1.0 * bytes, odd ? "a" : "b"});
  }
  const SmallPair traces = small_pair(rows, rows);
  std::vector<std::string> found;
  for (std::size_t classifier = 0; classifier < kClassifiers; ++classifier) {
    found.push_back(predict(traces.pair(), "type", 0, classifier));
  }
  const std::vector<Group> groups = {prediction_group(found)};
  for (const char* id : {"prediction.accuracy", "prediction.f1", "prediction.accuracy.tree"}) {
    EXPECT_EQ(value_of(groups, id), metric_of(groups, id).floor) << id;
  }
  EXPECT_EQ(value_of(groups, "prediction.order_on_real"), 1);
  EXPECT_EQ(value_of(groups, "prediction.order"), 1);
  EXPECT_TRUE(metric_of(groups, "prediction.order").floor);
}

}  // namespace
}  // namespace tracetwin::evaluate
