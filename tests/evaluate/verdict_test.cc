#include "evaluate/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tracetwin::evaluate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Good up to .1 above the floor, fair up to .2.
Metric distance(const std::string& name, double value, double floor) {
  return {.id = name,
          .name = name,
          .better = Better::kLower,
          .marks = Marks{0.1, 0.2},
          .value = value,
          .floor = floor};
}

Result result_of(std::vector<Group> fidelity, std::vector<Metric> safety = {}) {
  Result result;
  result.sections = {
      {"fidelity", "Fidelity", "", Verdict::kInfo, std::move(fidelity)},
      {"usefulness", "Usefulness", "", Verdict::kInfo, {}},
      {"safety", "Safety", "", Verdict::kInfo, {{"copies", "", "", std::move(safety)}}},
      {"validity", "Validity", "", Verdict::kInfo, {}},
  };
  return result;
}

std::vector<Metric> good_metrics(std::size_t count) {
  return std::vector<Metric>(count, distance("close", 0.05, 0));
}

TEST(Judge, AMetricIsJudgedByItsDistanceFromTheFloor) {
  Result result =
      result_of({{"fields",
                  "",
                  "",
                  {distance("a", 0.55, 0.5), distance("b", 0.69, 0.5), distance("c", 0.71, 0.5)}}});
  judge(result, false);
  const std::vector<Metric>& metrics = result.sections[0].groups[0].metrics;
  EXPECT_EQ(metrics[0].verdict, Verdict::kGood);
  EXPECT_EQ(metrics[1].verdict, Verdict::kFair);
  EXPECT_EQ(metrics[2].verdict, Verdict::kPoor);
}

TEST(Judge, WhatAClassifierTellsApartIsNotClose) {
  Result close = result_of(
      {{"fields", "", "", good_metrics(30)}, {"two_sample", "", "", {distance("auc", 0.59, 0.5)}}});
  judge(close, false);
  EXPECT_EQ(close.verdict, Verdict::kGood);
  EXPECT_THAT(close.lines[0], Not(HasSubstr("classifier")));

  Result apart = result_of(
      {{"fields", "", "", good_metrics(30)}, {"two_sample", "", "", {distance("auc", 0.9, 0.5)}}});
  judge(apart, false);
  EXPECT_EQ(apart.verdict, Verdict::kFair);
  EXPECT_THAT(apart.lines[0], HasSubstr("A classifier tells them apart."));
  EXPECT_THAT(apart.lines[0], HasSubstr("Furthest off: auc."));
}

TEST(Judge, TheWorstIsWhatIsFurthestBeyondItsMark) {
  std::vector<Metric> metrics = good_metrics(30);
  metrics.push_back(distance("bad", 0.3, 0));
  metrics.push_back(distance("worst", 0.9, 0.1));
  metrics.push_back(distance("high floor", 0.95, 0.7));
  Result result = result_of({{"fields", "", "", metrics}});
  judge(result, false);
  EXPECT_THAT(result.lines[0], HasSubstr("Furthest off: worst."));
  EXPECT_THAT(result.sections[0].summary, HasSubstr("3 poor (worst: worst)"));
}

TEST(Judge, OneLeakSpoilsSafety) {
  std::vector<Metric> safety = good_metrics(9);
  safety.push_back(distance("copies", 1, 0));
  Result result = result_of({{"fields", "", "", good_metrics(3)}}, safety);
  judge(result, false);
  EXPECT_EQ(result.verdict, Verdict::kPoor);
  EXPECT_THAT(result.lines[2], HasSubstr("Alarm"));
}

TEST(Judge, NoFloorIsBetterThanGuessing) {
  Metric auc = distance("membership.auc", 0.53, 0.4);
  auc.chance = 0.5;
  Result result = result_of({});
  result.sections[2].groups = {{"membership", "", "", {auc}}};
  judge(result, false);
  EXPECT_EQ(result.sections[2].verdict, Verdict::kGood);
  EXPECT_THAT(result.lines[2], HasSubstr("drifted"));
  result.sections[2].groups[0].metrics[0].chance.reset();
  judge(result, false);
  EXPECT_EQ(result.sections[2].verdict, Verdict::kFair);
}

TEST(Judge, NearTheFloorIsJudgedBothWays) {
  Metric rule = distance("a", 0.3, 0.5);
  EXPECT_EQ(rule.better, Better::kLower);
  rule.better = Better::kFloor;
  Result result = result_of({{"fields", "", "", {rule, distance("b", 0.3, 0.5)}}});
  judge(result, false);
  EXPECT_EQ(result.sections[0].groups[0].metrics[0].verdict, Verdict::kFair);
  EXPECT_EQ(result.sections[0].groups[0].metrics[1].verdict, Verdict::kGood);
}

TEST(Judge, AMissingColumnLimitsFidelityAndIsNamed) {
  Metric lacking = distance("TVD of type", 1, 0);
  lacking.hard = true;
  lacking.why = "the twin has no column type";
  std::vector<Metric> metrics = good_metrics(50);
  metrics.push_back(lacking);
  Result result = result_of({{"fields", "", "", metrics}});
  judge(result, false);
  EXPECT_EQ(result.sections[0].verdict, Verdict::kFair);
  EXPECT_THAT(result.lines[0], HasSubstr("the twin has no column type"));
}

/// A percentage that should be the real trace's 100.
Metric rule(const std::string& name, double value) {
  Metric metric = distance(name, value, 100);
  metric.better = Better::kHigher;
  metric.marks = Marks{2, 10};
  metric.hard = true;
  return metric;
}

TEST(Judge, AHardRuleThatCollapsesSpoilsValidity) {
  std::vector<Metric> rules(20, rule("kept", 100));
  rules.push_back(rule("T2", 85));
  Result result = result_of({});
  result.sections[3].groups = {{"rules", "", "", rules}};
  judge(result, false);
  EXPECT_EQ(result.sections[3].verdict, Verdict::kFair);
  EXPECT_THAT(result.lines[2], HasSubstr("T2: 85 %, real 100 %"));
  result.sections[3].groups[0].metrics.back().value = 20;
  judge(result, false);
  EXPECT_EQ(result.sections[3].verdict, Verdict::kPoor);
  EXPECT_EQ(result.verdict, Verdict::kPoor);
}

TEST(Judge, TasksThatWereNotTriedAreNamed) {
  Metric untried = distance("prediction.accuracy", 0, 0);
  untried.value.reset();
  untried.why = "the twin has no column type";
  Result result = result_of({});
  result.sections[1].groups = {{"prediction", "", "", {untried}},
                               {"sketches", "", "", good_metrics(3)}};
  judge(result, false);
  EXPECT_THAT(result.lines[1], HasSubstr("Not tried: prediction (the twin has no column type)."));
  EXPECT_THAT(result.lines[1], Not(HasSubstr("Useful")));
}

}  // namespace
}  // namespace tracetwin::evaluate
