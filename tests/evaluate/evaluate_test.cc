// Whole evaluations of traces whose scores are known beforehand.
#include "evaluate/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/error.h"
#include "made_trace.h"
#include "support/support.h"

namespace tracetwin::evaluate {
namespace {

using test::flow_csv;
using test::made_flows;
using ::testing::HasSubstr;

/// A folder with a real trace, a hold-out, and twins of several kinds.
class Evaluate : public ::testing::Test {
 protected:
  Evaluate() {
    test::write_file(folder_ / "real.csv", flow_csv(real_));
    test::write_file(folder_ / "fresh.csv", flow_csv(made_flows(3000, 2)));
    test::write_file(folder_ / "holdout.csv", flow_csv(made_flows(3000, 3)));
    test::write_file(folder_ / "shuffled.csv", flow_csv(test::shuffled_columns(real_, 4)));
  }

  EvaluateJob job(const std::string& twin) const {
    EvaluateJob job;
    job.real = folder_ / "real.csv";
    job.synthetic = {{"twin", folder_ / twin}};
    job.quick = true;
    job.threads = 2;
    return job;
  }

  static const Metric& metric(const Report& report, const std::string& id, std::size_t result = 0) {
    for (const Section& section : report.results[result].sections) {
      for (const Group& group : section.groups) {
        for (const Metric& found : group.metrics) {
          if (found.id == id) {
            return found;
          }
        }
      }
    }
    throw std::runtime_error("there is no metric " + id);
  }

  static double value(const Report& report, const std::string& id, std::size_t result = 0) {
    return metric(report, id, result).value.value();
  }

  static Verdict section(const Report& report, const std::string& id) {
    for (const Section& found : report.results[0].sections) {
      if (found.id == id) {
        return found.verdict;
      }
    }
    throw std::runtime_error("there is no section " + id);
  }

  std::vector<test::FlowLine> real_ = made_flows(3000, 1);
  test::TemporaryFolder folder_;
};

TEST_F(Evaluate, FreshRealDataScoresAtTheFloor) {
  const Report report = evaluate(job("fresh.csv"), {});
  EXPECT_EQ(section(report, "fidelity"), Verdict::kGood);
  for (const char* id : {"joint.tvd2", "joint.tvd3.core", "netshare.jsd.mean", "fields.ks.byt"}) {
    const Metric& found = metric(report, id);
    EXPECT_LT(*found.value, 1.3 * *found.floor) << id;
  }
}

TEST_F(Evaluate, ShuffledColumnsAreCaughtByTheJointMetrics) {
  const Report report = evaluate(job("shuffled.csv"), {});
  EXPECT_EQ(value(report, "netshare.jsd.mean"), 0);
  EXPECT_EQ(value(report, "fields.ks.byt"), 0);
  EXPECT_GT(value(report, "joint.tvd2.core"), 0.3);
  EXPECT_GT(value(report, "joint.tvd3.label"), 0.5);
  EXPECT_EQ(metric(report, "joint.tvd2.core").verdict, Verdict::kPoor);
  EXPECT_LT(value(report, "rules.t3"), 80);
}

TEST_F(Evaluate, ShuffledColumnsAreCaughtByTheClassifiers) {
  EvaluateJob whole = job("shuffled.csv");
  whole.quick = false;
  const Report report = evaluate(whole, {});
  EXPECT_GT(value(report, "two_sample.records"), 0.9);
  EXPECT_LT(metric(report, "two_sample.records").floor.value(), 0.6);
  const Metric& accuracy = metric(report, "prediction.accuracy");
  EXPECT_GT(*accuracy.floor, 0.95);  // the port tells the type
  EXPECT_LT(*accuracy.value, *accuracy.floor - 0.1);
}

TEST_F(Evaluate, ACopyOfTheTrainingDataIsCaughtBySafety) {
  EvaluateJob with_holdout = job("real.csv");
  with_holdout.holdout = folder_ / "holdout.csv";
  const Report report = evaluate(with_holdout, {});
  EXPECT_EQ(section(report, "safety"), Verdict::kPoor);
  EXPECT_EQ(value(report, "copies.rows"), 100);
  EXPECT_EQ(value(report, "copies.rows_with_time"), 100);
  EXPECT_GT(value(report, "membership.auc"), 0.9);
  EXPECT_NEAR(metric(report, "membership.auc").floor.value(), 0.5, 0.08);
  EXPECT_GT(value(report, "membership.closer"), 0.9);
  EXPECT_EQ(metric(report, "copies.rows").memoriser, 100);
}

TEST_F(Evaluate, FreshDataRaisesNoAlarm) {
  EvaluateJob with_holdout = job("fresh.csv");
  with_holdout.holdout = folder_ / "holdout.csv";
  const Report report = evaluate(with_holdout, {});
  EXPECT_EQ(section(report, "safety"), Verdict::kGood);
  EXPECT_NEAR(value(report, "membership.auc"), 0.5, 0.05);
}

/// Neither more nor fewer records than the real trace has make fresh data look copied.
TEST_F(Evaluate, FreshDataOfAnySizeRaisesNoAlarm) {
  test::write_file(folder_ / "many.csv", flow_csv(made_flows(25'000, 5)));
  test::write_file(folder_ / "few.csv", flow_csv(made_flows(1000, 6)));
  for (const bool with_holdout : {false, true}) {
    EvaluateJob sizes = job("many.csv");
    sizes.real = folder_ / "few.csv";
    if (with_holdout) {
      sizes.holdout = folder_ / "holdout.csv";
    }
    EXPECT_EQ(section(evaluate(sizes, {}), "safety"), Verdict::kGood) << with_holdout;
    std::swap(sizes.real, sizes.synthetic[0].path);
    EXPECT_EQ(section(evaluate(sizes, {}), "safety"), Verdict::kGood) << with_holdout;
  }
}

TEST_F(Evaluate, ARealHalfAgainstItsOtherHalfIsAtTheFloorOfSafety) {
  const std::vector<test::FlowLine> all = made_flows(8000, 7);
  std::vector<test::FlowLine> even;
  std::vector<test::FlowLine> odd;
  for (std::size_t i = 0; i < all.size(); ++i) {
    (i % 2 == 0 ? even : odd).push_back(all[i]);
  }
  test::write_file(folder_ / "even.csv", flow_csv(even));
  test::write_file(folder_ / "odd.csv", flow_csv(odd));
  for (const bool with_holdout : {false, true}) {
    EvaluateJob halves = job("odd.csv");
    halves.real = folder_ / "even.csv";
    if (with_holdout) {
      halves.holdout = folder_ / "holdout.csv";
    }
    const Report report = evaluate(halves, {});
    EXPECT_EQ(section(report, "safety"), Verdict::kGood);
    for (const char* id : {"equal_terms.rows", "equal_terms.five_tuples"}) {
      EXPECT_NEAR(value(report, id), metric(report, id).floor.value(), 1) << id << with_holdout;
    }
  }
}

TEST_F(Evaluate, AFewCopiesAreCaughtWhateverTheSizes) {
  // One record in twelve of 12,000 is one of the 1,000 real ones.
  std::vector<test::FlowLine> twin = made_flows(11'000, 8);
  const std::vector<test::FlowLine> few = made_flows(1000, 6);
  twin.insert(twin.end(), few.begin(), few.end());
  test::write_file(folder_ / "few.csv", flow_csv(few));
  test::write_file(folder_ / "leaky.csv", flow_csv(twin));
  EvaluateJob leaky = job("leaky.csv");
  leaky.real = folder_ / "few.csv";
  EXPECT_EQ(section(evaluate(leaky, {}), "safety"), Verdict::kPoor);
}

TEST_F(Evaluate, AHoldoutThatLacksAColumnIsNoObstacle) {
  const std::string without =
      std::regex_replace(flow_csv(made_flows(500, 9)), std::regex(",[a-z]+\n"), "\n");
  test::write_file(folder_ / "bare.csv", without);
  EvaluateJob bare = job("fresh.csv");
  bare.holdout = folder_ / "bare.csv";
  EXPECT_TRUE(metric(evaluate(bare, {}), "membership.auc").value);
}

TEST_F(Evaluate, EveryNumberOfSafetyHasAFloor) {
  EvaluateJob with_holdout = job("fresh.csv");
  with_holdout.holdout = folder_ / "holdout.csv";
  const Report report = evaluate(with_holdout, {});
  std::size_t seen = 0;
  for (const Section& part : report.results[0].sections) {
    for (const Group& group : part.groups) {
      for (const Metric& found : group.metrics) {
        if (part.id == "safety" && found.value) {
          ++seen;
          EXPECT_TRUE(found.floor) << found.id;
        }
      }
    }
  }
  EXPECT_GT(seen, 5U);
}

TEST_F(Evaluate, WhatDoesNotApplySaysWhy) {
  const Report report = evaluate(job("fresh.csv"), {});
  EXPECT_FALSE(metric(report, "membership.auc").value);
  EXPECT_THAT(metric(report, "membership.auc").why, HasSubstr("--holdout"));
}

TEST_F(Evaluate, ResultsDoNotDependOnThreads) {
  EvaluateJob whole = job("shuffled.csv");
  whole.quick = false;
  whole.threads = 1;
  const auto alone = to_json(evaluate(whole, {}));
  whole.threads = 4;
  EXPECT_EQ(alone, to_json(evaluate(whole, {})));
}

TEST_F(Evaluate, SeveralTracesAreRanked) {
  EvaluateJob several = job("shuffled.csv");
  several.synthetic = {{"shuffled", folder_ / "shuffled.csv"},
                       {"copy", folder_ / "real.csv"},
                       {"fresh", folder_ / "fresh.csv"}};
  const Report report = evaluate(several, {});
  ASSERT_EQ(report.ranking.size(), 3U);
  EXPECT_EQ(report.ranking[0].name, "fresh");
  EXPECT_EQ(report.ranking.back().by.back().first, "alarm");
}

TEST_F(Evaluate, ThePairMapHasTheColumnsThatAllTracesHave) {
  // The label is the last column.
  const std::string without = std::regex_replace(flow_csv(real_), std::regex(",[a-z]+\n"), "\n");
  test::write_file(folder_ / "unlabelled.csv", without);
  EvaluateJob two = job("fresh.csv");
  two.synthetic.push_back({"unlabelled", folder_ / "unlabelled.csv"});
  const Report report = evaluate(two, {});
  const auto map = std::ranges::find(report.plots, "pairs.tvd", &Plot::id);
  ASSERT_NE(map, report.plots.end());
  EXPECT_THAT(map->labels, ::testing::Not(::testing::Contains("type")));
  ASSERT_EQ(map->maps.size(), 2U);
  for (const HeatMap& one : map->maps) {
    EXPECT_EQ(one.values.size(), map->labels.size());
  }
}

TEST_F(Evaluate, QuickSaysWhatItLeavesOpen) {
  const Report report = evaluate(job("fresh.csv"), {});
  const auto& lines = report.results[0].lines;
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr("--quick"));
  EXPECT_THAT(lines[1], HasSubstr("not tried"));
  EXPECT_THAT(lines[2], HasSubstr("no hold-out"));
}

TEST_F(Evaluate, RandomBytesAreRefusedClearly) {
  test::write_file(folder_ / "noise.bin", "\x93\x07\x1f zz\x01\x02 not a trace \xff");
  try {
    evaluate(job("noise.bin"), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("noise.bin"));
    EXPECT_FALSE(error.remedy().empty());
  }
}

TEST_F(Evaluate, AMissingLabelColumnIsRefusedWithThoseThatThereAre) {
  EvaluateJob wrong = job("fresh.csv");
  wrong.label_column = "kind";
  try {
    evaluate(wrong, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("kind"));
    EXPECT_THAT(error.remedy(), HasSubstr("type"));
  }
}

TEST_F(Evaluate, TheJsonFollowsItsSchema) {
  EvaluateJob whole = job("fresh.csv");
  whole.quick = false;
  whole.holdout = folder_ / "holdout.csv";
  whole.synthetic.push_back({"other", folder_ / "shuffled.csv"});
  const auto written = nlohmann::json::parse(to_json(evaluate(whole, {})).dump());
  const auto text = test::read_file(test::source_dir() / "docs" / "scores.schema.json");
  const auto rules = nlohmann::json::parse(text);
  valijson::Schema schema;
  const valijson::adapters::NlohmannJsonAdapter rules_adapter(rules);
  valijson::SchemaParser().populateSchema(rules_adapter, schema);
  valijson::ValidationResults faults;
  const valijson::adapters::NlohmannJsonAdapter written_adapter(written);
  const bool valid = valijson::Validator().validate(schema, written_adapter, &faults);
  valijson::ValidationResults::Error fault;
  while (faults.popError(fault)) {
    std::string place;
    for (const auto& step : fault.context) {
      place += step;
    }
    ADD_FAILURE() << place << ": " << fault.description;
  }
  EXPECT_TRUE(valid);
}

}  // namespace
}  // namespace tracetwin::evaluate
