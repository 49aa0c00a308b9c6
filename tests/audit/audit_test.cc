// Chances: fixtures are told apart in (nearly) every run, so that a game that misses them is one
// in far more than 10^6; the sound pipeline is judged at confidence 1 - 10^-7.
#include "audit/audit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/half_twin.h"
#include "base/error.h"
#include "engine/engine.h"

namespace tracetwin::audit {
namespace {

constexpr std::int64_t kStart = 1'767'225'600'000'000'000;
constexpr std::int64_t kHour = 3'600'000'000'000;

AuditJob job_of(const std::string& fixture, double epsilon, double confidence) {
  AuditJob job;
  job.train.budget = dp::Budget{epsilon, 1e-9};
  job.train.declarations.window = Window{kStart, kStart + kHour};
  job.train.seed = 1;
  job.train.threads = 2;
  job.fixture = fixture;
  job.runs = 60;
  job.records = 200;
  job.confidence = confidence;
  return job;
}

/// Those that are trained in moments; tests/neural audits the training of networks.
class EveryPrivateEngine : public testing::TestWithParam<std::string> {};

TEST_P(EveryPrivateEngine, Passes) {
  AuditJob job = job_of("none", 0.5, 1 - 1e-7);
  job.runs = 100;
  job.train.engine = GetParam();
  const AuditReport report = audit(job, {});
  EXPECT_GT(report.provable, 0.5) << "so few runs could not find anything";
  EXPECT_TRUE(report.passed()) << report.violations().front();
  EXPECT_FALSE(report.trace);
  EXPECT_EQ(report.to_json()["passed"], true);
  EXPECT_EQ(report.to_json()["engine"], GetParam());
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const auto& engine : engine::engines()) {
    if (engine.differentially_private && engine.kind == engine::Kind::kTables) {
      names.emplace_back(engine.name);
    }
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Audit, EveryPrivateEngine, testing::ValuesIn(engine_names()),
                         [](const auto& engine) { return engine.param; });

class MustFail : public testing::TestWithParam<std::string> {};

TEST_P(MustFail, IsCaught) {
  const AuditReport report = audit(job_of(GetParam(), 1, 0.95), {});
  EXPECT_FALSE(report.passed());
  EXPECT_GT(report.games.front().epsilon.epsilon, 1);
  EXPECT_GT(report.games.front().advantage.advantage_interval.low, report.advantage_bound);
  EXPECT_EQ(report.to_json()["passed"], false);
  EXPECT_EQ(report.lines().back(), "FAILED");
}

std::vector<std::string> must_fail() {
  std::vector<std::string> names;
  for (const Fixture& fixture : fixtures()) {
    if (fixture.must_fail) {
      names.emplace_back(fixture.name);
    }
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Audit, MustFail, testing::ValuesIn(must_fail()), [](const auto& fixture) {
  std::string name = fixture.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Audit, TheFirstFixtureIsTheRealThing) {
  EXPECT_EQ(fixtures().front().name, "none");
  EXPECT_FALSE(fixtures().front().must_fail);
  EXPECT_EQ(must_fail().size() + 1, fixtures().size());
  EXPECT_THROW(fixture_named("nois-off"), Error);
}

TEST(Audit, NeedsAClaimAndFreshNoise) {
  AuditJob without = job_of("none", 1, 0.95);
  without.train.budget.reset();
  EXPECT_THROW(audit(without, {}), Error);
  AuditJob repeated = job_of("none", 1, 0.95);
  repeated.train.insecure_test_seed = 1;
  EXPECT_THROW(audit(repeated, {}), Error);
}

TEST(Audit, ATraceGetsCopyRatesAndAWarning) {
  const MemoryFile file = written(worst_case(400), Choice(400, true));
  AuditJob job = job_of("none", 1, 1 - 1e-7);
  job.runs = 8;
  job.train.input = file.path();
  const AuditReport report = audit(job, {});
  ASSERT_TRUE(report.trace);
  EXPECT_EQ(report.trace->training + report.trace->hold_out, 400U);
  EXPECT_EQ(report.trace->copies.size(), 3U);
  EXPECT_TRUE(report.passed()) << report.violations().front();
  EXPECT_NE(report.lines().front().find("NOT differentially private"), std::string::npos);
  EXPECT_EQ(report.to_json()["private"], true);
}

/// A "twin" that is the training half itself.
TEST(Audit, ACopyIsFoundByRatesAndMembership) {
  const UnitTrace trace = worst_case(600);
  const AuditJob job = job_of("none", 1, 0.95);
  HalfTwin halves = twin_of_half(trace, job.train, fixtures().front(), 5, {});
  halves.twin = comparable_rows(halves.training.schema, halves.training.columns);
  for (const CopyRate& rate : copy_rates(halves, 1 - 1e-6)) {
    EXPECT_EQ(rate.in_training, rate.distinct) << rate.what;
    EXPECT_GT(rate.interval.low, kToleratedDifference) << rate.what;
  }
  const Scores scores = membership_scores(halves, 200, 1, 2);
  const Outcome outcome = distinguish(scores, Aim::kAdvantage, 1e-9, 0.99);
  EXPECT_GT(outcome.advantage_interval.low, 0.2);
}

}  // namespace
}  // namespace tracetwin::audit
