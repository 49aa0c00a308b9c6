#include "tune/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tracetwin::tune {
namespace {

using testing::HasSubstr;

std::string complaint(const std::string& text) {
  try {
    parse_fidelity(text, "spec.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Fidelity, IsReadAndWrittenBack) {
  const Fidelity fidelity = parse_fidelity(
      R"({"metrics": [{"metric": "joint.tvd2.core", "weight": 2, "at_most": 0.1},
                      {"metric": "prediction.accuracy", "at_least": 0.9, "verdict": "good"}]})",
      "spec.json");
  ASSERT_EQ(fidelity.metrics.size(), 2U);
  EXPECT_EQ(fidelity.metrics[0].weight, 2);
  EXPECT_EQ(fidelity.metrics[0].at_most, 0.1);
  EXPECT_EQ(fidelity.metrics[1].weight, 1);
  EXPECT_EQ(fidelity.metrics[1].verdict, evaluate::Verdict::kGood);
  EXPECT_TRUE(needs_learners(fidelity));
  const auto again = fidelity_from(to_json(fidelity), "again");
  EXPECT_EQ(to_json(again), to_json(fidelity));
}

TEST(Fidelity, MistakesAreNamedWithTheirPlace) {
  EXPECT_THAT(complaint("nonsense"), HasSubstr("spec.json is no JSON"));
  EXPECT_THAT(complaint("{}"), HasSubstr("spec.json: what it holds is not an object with a list"));
  EXPECT_THAT(complaint(R"({"metrics": [{"weight": 1}]})"), HasSubstr("metrics[0] is not"));
  EXPECT_THAT(complaint(R"({"metrics": [{"metric": "a", "wieght": 1}]})"),
              HasSubstr(R"(metrics[0] (a) has the unknown key "wieght", did you mean "weight"?)"));
  EXPECT_THAT(complaint(R"({"metrics": [{"metric": "a", "weight": 0}]})"),
              HasSubstr(R"("weight" of metrics[0] (a) is not above 0)"));
  EXPECT_THAT(complaint(R"({"metrics": [{"metric": "a", "at_most": "x"}]})"),
              HasSubstr(R"("at_most" of metrics[0] (a) is not a number)"));
  EXPECT_THAT(complaint(R"({"metrics": [{"metric": "a", "verdict": "poor"}]})"),
              HasSubstr(R"(is not "good" or "fair")"));
  EXPECT_THAT(complaint(R"({"metrics": [{"metric": "a"}, {"metric": "a"}]})"),
              HasSubstr("the metric a is named twice"));
}

TEST(Fidelity, UnknownMetricsGiveTheNearest) {
  const std::vector<std::string> known = {"joint.tvd2.core", "joint.tvd3.core"};
  const Fidelity fidelity = parse_fidelity(R"({"metrics": [{"metric": "joint.tvd2.cor"}]})", "s");
  try {
    check_metrics(fidelity, known, "s");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no metric joint.tvd2.cor, did you mean joint.tvd2.core?"));
  }
}

TEST(Fidelity, TheUsualOneNeedsNoLearners) {
  EXPECT_FALSE(needs_learners(usual_fidelity(true)));
  EXPECT_GT(usual_fidelity(true).metrics.size(), usual_fidelity(false).metrics.size());
}

}  // namespace
}  // namespace tracetwin::tune
