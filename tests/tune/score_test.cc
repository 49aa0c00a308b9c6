#include "tune/score.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tracetwin::tune {
namespace {

using evaluate::Better;
using evaluate::Metric;

Metric metric(Better better, double value, std::optional<double> high,
              std::optional<double> floor) {
  Metric metric;
  metric.id = "m";
  metric.better = better;
  metric.value = value;
  metric.high = high;
  metric.floor = floor;
  return metric;
}

evaluate::Result result_of(std::vector<Metric> metrics) {
  evaluate::Result result;
  result.sections.push_back({"fidelity", "", "", evaluate::Verdict::kInfo, {}});
  result.sections[0].groups.push_back({"g", "", "", std::move(metrics)});
  return result;
}

TEST(Distance, GoesFromTheFloorToTheWorseEndOfTheRange) {
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kLower, 0.6, 1.0, 0.2)), 0.5);
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kLower, 0.1, 1.0, 0.2)), 0) << "better than real";
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kHigher, 0.4, 1.0, 0.8)), 0.5);
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kHigher, 0.9, 1.0, 0.8)), 0);
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kFloor, 0.2, 1.0, 0.4)), 0.5);
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kFloor, 0.7, 1.0, 0.4)), 0.5);
}

TEST(Distance, OfRangesWithoutAnEndIsMeasuredInFloors) {
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kLower, 4, std::nullopt, 2.0)), 0.5);
  EXPECT_LT(distance_of(metric(Better::kLower, 1e9, std::nullopt, 2.0)), 1);
  EXPECT_NEAR(distance_of(metric(Better::kLower, 3, std::nullopt, 0.0)), 1, 1e-6);
}

TEST(Distance, WithoutAFloorIsTakenFromTheGoodEnd) {
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kLower, 0.25, 1.0, std::nullopt)), 0.25);
  EXPECT_DOUBLE_EQ(distance_of(metric(Better::kHigher, 0.25, 1.0, std::nullopt)), 0.75);
}

TEST(Scores, AreOneLessTheWeightedMeanOfTheDistances) {
  Metric a = metric(Better::kLower, 0.5, 1.0, 0.0);
  a.id = "a";
  Metric b = metric(Better::kLower, 0.1, 1.0, 0.0);
  b.id = "b";
  b.verdict = evaluate::Verdict::kPoor;
  Fidelity fidelity{{{"a", 1, 0.6, {}, {}}, {"b", 3, {}, {}, {}}}};
  const auto result = result_of({a, b});
  EXPECT_DOUBLE_EQ(score_of(fidelity, result).score, 1 - (0.5 + 3 * 0.1) / 4);
  EXPECT_TRUE(score_of(fidelity, result).passes);
  fidelity.metrics[0].at_most = 0.4;
  EXPECT_FALSE(score_of(fidelity, result).passes);
  EXPECT_EQ(failures(score_of(fidelity, result)), "a 0.5");
  fidelity.metrics[0].at_most = 0.6;
  fidelity.metrics[1].verdict = evaluate::Verdict::kFair;
  EXPECT_FALSE(score_of(fidelity, result).passes) << "poor is worse than fair";
}

TEST(Scores, OfWhatIsNotThereAreTheWorst) {
  const Fidelity fidelity{{{"gone", 1, {}, {}, {}}}};
  const Score score = score_of(fidelity, result_of({}));
  EXPECT_DOUBLE_EQ(score.score, 0);
  EXPECT_FALSE(score.passes);
  const Score again = score_from(to_json(score));
  EXPECT_EQ(to_json(again), to_json(score));
}

}  // namespace
}  // namespace tracetwin::tune
