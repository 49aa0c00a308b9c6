// Flows, hosts and arrivals of traces of a few records, worked by hand.
#include "evaluate/structure.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "evaluate/arrivals.h"
#include "small_trace.h"

namespace tracetwin::evaluate {
namespace {

SmallFlow flow(std::uint8_t src, std::uint8_t dst, double time) {
  return {src, dst, 1000, 80, 6, time};
}

TEST(Structure, OfFlowsAndHosts) {
  const SmallPair traces =
      small_pair(std::vector{flow(1, 2, 0), flow(1, 2, 1), flow(1, 3, 2), flow(1, 2, 4)},
                 std::vector{flow(1, 2, 0), flow(4, 2, 0), flow(1, 2, 2), flow(4, 2, 2)});
  const std::vector<Group> groups = {structure_group(traces.pair())};
  const auto value = [&](const std::string& id) { return value_of(groups, "structure." + id); };
  EXPECT_DOUBLE_EQ(value("ks.size"), 0.5) << "3 and 1 against 2 and 2";
  EXPECT_DOUBLE_EQ(value("emd.size"), 1);
  EXPECT_DOUBLE_EQ(value("emd.bytes"), 100);
  EXPECT_DOUBLE_EQ(value("ks.gap"), 0.5) << "1 and 3 s against 2 and 2";
  EXPECT_DOUBLE_EQ(value("emd.gap"), 1);
  EXPECT_EQ(value("emd.duration"), 0);
  EXPECT_DOUBLE_EQ(value("emd.fan_out"), 1) << "2 against 1 and 1";
  EXPECT_DOUBLE_EQ(value("emd.fan_in"), 1) << "1 and 1 against 2";
  EXPECT_EQ(value("emd.ports"), 0);
  EXPECT_DOUBLE_EQ(value("repeated"), 50) << "one of two against both";
}

TEST(Structure, OfAnswers) {
  const SmallFlow back = {2, 1, 80, 1000, 6, 1};
  const SmallPair traces =
      small_pair(std::vector{flow(1, 2, 0), back, flow(3, 2, 2), flow(4, 2, 3)},
                 std::vector{flow(1, 2, 0), flow(3, 2, 2)});
  EXPECT_DOUBLE_EQ(value_of({structure_group(traces.pair())}, "structure.answered"), 50);
}

TEST(Structure, OfPacketsMeasuresFromFirstToLast) {
  const SmallPair traces = small_pair(std::vector<SmallPacket>{{1, 2, 0}, {1, 2, 3}},
                                      std::vector<SmallPacket>{{1, 2, 0}, {1, 2, 5}});
  EXPECT_DOUBLE_EQ(value_of({structure_group(traces.pair())}, "structure.emd.duration"), 2);
}

TEST(Talkers, AreComparedRankByRank) {
  const SmallFlow names = {7, 9, 1000, 53, 6, 3};
  const SmallPair traces =
      small_pair(std::vector{flow(1, 9, 0), flow(1, 9, 1), flow(1, 9, 2), flow(2, 9, 3)},
                 std::vector{flow(7, 9, 0), flow(8, 9, 1), flow(8, 9, 2), names});
  const std::vector<Group> groups = {talkers_group(traces.pair())};
  // 3/4 and 1/4 against 1/2 and 1/2; the busiest of the twin asks port 53 half of the time.
  EXPECT_DOUBLE_EQ(value_of(groups, "talkers.records.sources"), 0.75 / 1.25);
  EXPECT_DOUBLE_EQ(value_of(groups, "talkers.bytes.sources"), 0.75 / 1.25);
  EXPECT_DOUBLE_EQ(value_of(groups, "talkers.services.sources"), (0.5 + 1) / 2);
  EXPECT_EQ(value_of(groups, "talkers.records.destinations"), 1);
  EXPECT_DOUBLE_EQ(value_of(groups, "talkers.services.destinations"), 0.75);
}

TEST(Talkers, OfARankThatOneSideLacksAreUnlike) {
  const SmallPair traces = small_pair(std::vector{flow(1, 9, 0), flow(2, 9, 1)},
                                      std::vector{flow(1, 9, 0), flow(1, 9, 1)});
  EXPECT_DOUBLE_EQ(value_of({talkers_group(traces.pair())}, "talkers.services.sources"), 0.5);
}

TEST(Arrivals, SpanGapsAndCourse) {
  const SmallPair traces = small_pair(std::vector{flow(1, 2, 0), flow(1, 2, 1), flow(1, 2, 2)},
                                      std::vector{flow(1, 2, 0), flow(1, 2, 0), flow(1, 2, 4)});
  const std::vector<Group> groups = {arrivals_group(traces.pair())};
  EXPECT_DOUBLE_EQ(value_of(groups, "arrivals.span"), 1) << "one doubling";
  EXPECT_DOUBLE_EQ(value_of(groups, "arrivals.ks.gap"), 0.5) << "1 and 1 s against 0 and 4";
  // After a share s < 1/2 of the records the scaled times are s and 0, then s and 2 s - 1.
  EXPECT_NEAR(value_of(groups, "arrivals.load"), 12.5 / 51, 1e-12);
  EXPECT_FALSE(metric_of(groups, "arrivals.burstiness.1s").value) << "too short";
}

/// Arrivals with `counts` in windows of 10 ns; the last closes the last window.
std::vector<std::int64_t> arrivals(const std::vector<int>& counts) {
  std::vector<std::int64_t> times;
  for (std::size_t at = 0; at < counts.size(); ++at) {
    times.insert(times.end(), static_cast<std::size_t>(counts[at]),
                 static_cast<std::int64_t>(at) * 10);
  }
  times.back() += 10;
  return times;
}

TEST(Arrivals, BurstinessIsTheLogarithmOfTheRatioOfDispersions) {
  std::vector<SmallFlow> real;
  std::vector<SmallFlow> twin;
  for (int second = 0; second <= 40; ++second) {  // 1, 0, 1, 0, … against 2, 0, 2, 0, …
    if (second % 2 == 0) {
      real.push_back(flow(1, 2, second));
      twin.insert(twin.end(), 2, flow(1, 2, second));
    }
  }
  // The 40 windows of a second have means 21/40 and 42/40 with the last arrivals in the last one.
  const double mean = 21.0 / 40;
  const double once = (21.0 / 40 - mean * mean) / mean;
  const double twice = (4 * 21.0 / 40 - 4 * mean * mean) / (2 * mean);
  const std::vector<Group> groups = {arrivals_group(small_pair(real, twin).pair())};
  EXPECT_NEAR(value_of(groups, "arrivals.burstiness.1s"), std::log2(twice / once), 1e-12);
  EXPECT_NEAR(value_of(groups, "arrivals.autocorrelation.1s"), 0, 1e-12);
}

TEST(Hurst, IsOneWhereBurstsDoNotEvenOut) {
  std::vector<int> counts;
  for (int i = 0; i < 64; ++i) {
    counts.push_back(i % 8 < 4 ? 3 : 1);  // means over 1, 2 and 4 windows all vary by 1
  }
  EXPECT_NEAR(WindowCounts(arrivals(counts), 10).hurst(), 1, 1e-12);
}

TEST(Hurst, IsAHalfForIndependentCountsAndUnknownForFew) {
  Random random(3);
  std::vector<int> counts;
  for (int i = 0; i < 1 << 16; ++i) {
    counts.push_back(static_cast<int>(random.below(4)) + (i + 1 == 1 << 16 ? 1 : 0));
  }
  EXPECT_NEAR(WindowCounts(arrivals(counts), 10).hurst(), 0.5, 0.05);
  EXPECT_TRUE(std::isnan(WindowCounts(arrivals({1, 2, 1}), 10).hurst()));
}

}  // namespace
}  // namespace tracetwin::evaluate
