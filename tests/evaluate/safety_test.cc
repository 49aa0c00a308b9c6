// Copies, identifiers, neighbours and variety of traces of a few records, worked by hand.
#include "evaluate/safety.h"

#include <gtest/gtest.h>

#include <cmath>

#include "evaluate/coverage.h"
#include "evaluate/nearest.h"
#include "small_trace.h"

namespace tracetwin::evaluate {
namespace {

TEST(Safety, CountsCopies) {
  const SmallFlow one = {1, 9, 1000, 80, 6, 0, 0, 1, 100};
  const SmallFlow other = {2, 9, 1000, 80, 6, 1, 0, 1, 100};
  SmallFlow later = one;
  later.time = 5;
  SmallFlow larger = one;
  larger.byt = 101;
  const SmallPair traces =
      small_pair(std::vector{one, other}, std::vector{one, later, larger, SmallFlow{3, 4}});
  const auto groups = safety_groups(traces.pair(), nullptr, 0);
  EXPECT_DOUBLE_EQ(value_of(groups, "copies.rows"), 50);
  EXPECT_DOUBLE_EQ(value_of(groups, "copies.rows_with_time"), 25);
  EXPECT_DOUBLE_EQ(value_of(groups, "copies.five_tuples"), 75);
  EXPECT_DOUBLE_EQ(value_of(groups, "copies.srcip"), 75);
  EXPECT_DOUBLE_EQ(value_of(groups, "copies.dstip"), 75);
}

TEST(Safety, CountsIdentifiers) {
  // 9 occurs four times, 1 three times, 2 and 5 once: three are rare.
  const SmallPair traces =
      small_pair(std::vector<SmallFlow>{{1, 9}, {1, 9}, {1, 9}, {2, 5}, {9, 9}},
                 std::vector<SmallFlow>{{1, 9}, {7, 8}});
  const auto groups = safety_groups(traces.pair(), nullptr, 0);
  EXPECT_DOUBLE_EQ(value_of(groups, "identifiers.addresses"), 50) << "1 and 9 of 1, 2, 5, 9";
  EXPECT_NEAR(value_of(groups, "identifiers.rare_addresses"), 100.0 / 3, 1e-12);
  EXPECT_NEAR(value_of(groups, "identifiers.pairs"), 100.0 / 3, 1e-12) << "1-9 of 1-9, 2-5, 9-9";
}

TEST(Safety, FindsMembersOfACopyAndNoneInStrangers) {
  std::vector<SmallFlow> learned;
  std::vector<SmallFlow> fresh;
  for (std::uint8_t i = 0; i < 100; ++i) {
    learned.push_back({i, 150, 1000, 80, 6, 0, 0, 1, 100.0 + i});
    fresh.push_back({i, 151, 2000, 443, 6, 0, 0, 1, 100.0 + i});
  }
  const SmallPair copy = small_pair(learned, learned);
  const SmallPair holdout = small_pair(learned, fresh);
  const auto groups = safety_groups(copy.pair(), &holdout.synthetic, 0);
  EXPECT_EQ(value_of(groups, "membership.closer"), 1);
  EXPECT_EQ(value_of(groups, "membership.auc"), 1);
  EXPECT_EQ(value_of(groups, "membership.caught"), 1);
  EXPECT_EQ(value_of(groups, "nearest.mean_ratio"), 0);
  EXPECT_EQ(value_of(groups, "nearest.zero"), 100);
  EXPECT_EQ(value_of(groups, "nearest.zero_fresh"), 0);
}

TEST(Safety, ComparesOnlyColumnsThatTheHoldoutHasToo) {
  std::vector<SmallFlow> rows;
  for (std::uint8_t i = 0; i < 20; ++i) {
    rows.push_back({i, 150, 1000, 80, 6, 0, 0, 1, 100.0 + i, i % 2 == 0 ? "a" : "b"});
  }
  const SmallPair traces = small_pair(rows, rows);
  SmallPair bare = small_pair(rows, rows);
  bare.synthetic.columns.categories.clear();
  const auto groups = safety_groups(traces.pair(), &bare.synthetic, 0);
  EXPECT_EQ(value_of(groups, "membership.auc"), 0.5);
  EXPECT_EQ(value_of(groups, "membership.closer"), 0.5);
}

TEST(Nearest, MeansTheDistancesOfFields) {
  // Bytes 0 to 3 are 0 to log 4 on the scale; nine fields without time.
  const SmallPair traces = small_pair(std::vector<SmallFlow>{{1, 9, 1000, 80, 6, 0, 0, 1, 0, "a"},
                                                             {1, 9, 1000, 80, 6, 0, 0, 1, 3, "a"}},
                                      std::vector<SmallFlow>{{2, 9, 1000, 81, 6, 0, 0, 1, 1, "a"}});
  const RowMetric metric(traces.real.columns, {&traces.synthetic.columns});
  const std::vector<std::uint32_t> all = {0, 1};
  const auto real = metric.points(traces.real.columns, all);
  const auto twin = metric.points(traces.synthetic.columns, std::span(all).first(1));
  // 10.0.0.1 and 10.0.0.2 share 30 of 32 bits; the other port counts 1, half the scale 0.5.
  const double first = (0.5 + 1 + 2.0 / 32) / 9;
  std::vector<float> found;
  distances(twin, 0, real, found);
  EXPECT_NEAR(found[0], first, 1e-6);
  EXPECT_NEAR(found[1], first, 1e-6);
  const Neighbours neighbours = nearest(twin, real);
  EXPECT_NEAR(neighbours.first[0], first, 1e-6);
  EXPECT_NEAR(neighbours.second[0], first, 1e-6);
  const Neighbours own = nearest(real, real);
  EXPECT_EQ(own.first[1], 0);
  EXPECT_NEAR(own.second[1], 1.0 / 9, 1e-6);
}

/// Points on a line between 0 and 1, all else equal.
RowMetric::Points on_a_line(std::vector<float> places) {
  RowMetric::Points points;
  points.src.assign(places.size(), IpAddress::v4(1));
  points.dst = points.src;
  points.numbers = {std::move(places)};
  return points;
}

TEST(Coverage, OfBallsOnALine) {
  // Balls to the next neighbour reach 0.1, 0.1 and 0.2 around real points, 0.78 around others.
  const BallShares found = ball_shares(on_a_line({0, 0.1F, 0.3F}), on_a_line({0.12F, 0.9F}), 1);
  EXPECT_DOUBLE_EQ(found.precision, 0.5) << "only 0.12";
  EXPECT_DOUBLE_EQ(found.density, 1) << "in the balls of 0.1 and 0.3, over two points";
  EXPECT_NEAR(found.coverage, 2.0 / 3, 1e-15);
  EXPECT_DOUBLE_EQ(found.recall, 1);
}

TEST(Coverage, OfSpheres) {
  const std::vector<std::vector<double>> spread = {{-2}, {-1}, {0}, {1}, {2}};
  const std::vector<std::vector<double>> centred(5, {0.0});
  // All others are in every sphere: off by 1 - alpha, which is 0.475 in the mean.
  EXPECT_NEAR(sphere_agreement(spread, centred), 1 - 2 * 0.475, 1e-12);
  EXPECT_GT(sphere_agreement(spread, spread), 0.6) << "shares of five move in steps";
}

TEST(Coverage, IsWholeForTheSameRecordsAndUnknownForFew) {
  std::vector<SmallFlow> rows;
  for (int i = 0; i < 40; ++i) {
    rows.push_back({1, 2, static_cast<std::uint16_t>(1000 + i), 80, 6, 0, 0, 1, 100.0 + i});
  }
  const SmallPair same = small_pair(rows, rows);
  const std::vector<Group> groups = {coverage_group(same.pair(), 0)};
  for (const char* id : {"coverage.precision", "coverage.recall", "coverage.coverage"}) {
    EXPECT_EQ(value_of(groups, id), 1) << id;
  }
  rows.resize(10);
  const SmallPair few = small_pair(rows, rows);
  EXPECT_TRUE(std::isnan(value_of({coverage_group(few.pair(), 0)}, "coverage.recall")));
}

}  // namespace
}  // namespace tracetwin::evaluate
