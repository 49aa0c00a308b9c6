#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;

const std::string kWindow = " --window 2026-01-01T00:00:00Z..2026-01-01T01:00:00Z";
const std::string kSmall = "audit --records 200 --seed 1" + kWindow;

TEST(AuditCommand, PassesAndSaysWithWhatPower) {
  const auto outcome = Program().run(kSmall + " --epsilon 2 --runs 20 --confidence 0.999999");
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("claim: (2, 1e-09)-differential privacy per record"));
  EXPECT_THAT(outcome.out, HasSubstr("so many runs can prove an epsilon of"));
  EXPECT_THAT(outcome.out, HasSubstr("passed"));
}

TEST(AuditCommand, ExitsWith1OnAViolation) {
  const auto outcome =
      Program().run(kSmall + " --epsilon 0.5 --runs 60 --fixture noise-off --json");
  EXPECT_EQ(outcome.exit, 1) << outcome.err;
  const auto report = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(report["passed"], false);
  EXPECT_EQ(report["fixture"], "noise-off");
  EXPECT_GT(report["games"][0]["epsilon"], 0.5);
  EXPECT_FALSE(report["violations"].empty());
}

TEST(AuditCommand, PlaysWithUnitsOfSeveralRows) {
  const std::string hosts = "audit --records 300 --seed 1 --unit host --unit-bound 4 --epsilon 2";
  const auto sound = Program().run(hosts + " --runs 12 --confidence 0.999999");
  EXPECT_EQ(sound.exit, 0) << sound.err;
  EXPECT_THAT(sound.out, HasSubstr("rows of one source address, of which 4 at most"));
  const auto doctored = Program().run(hosts + " --runs 40 --fixture noise-off");
  EXPECT_EQ(doctored.exit, 1) << doctored.out;
}

TEST(AuditCommand, RefusesWhatIsNoClaim) {
  const auto without = Program().run(kSmall);
  EXPECT_EQ(without.exit, 2);
  EXPECT_THAT(without.err, HasSubstr("Give --epsilon."));
  EXPECT_EQ(Program().run(kSmall + " --epsilon 2 --insecure-test-seed 3").exit, 2);
  const auto unknown = Program().run(kSmall + " --epsilon 2 --fixture noise-of");
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_THAT(unknown.err, HasSubstr("Did you mean \"noise-off\"?"));
}

TEST(AuditCommand, WarnsThatAReportOnATraceIsNotPrivate) {
  const auto sample = (source_dir() / "examples" / "sample.flows.csv.zst").string();
  const auto outcome =
      Program().run("audit " + sample + " --epsilon 2 --runs 8 --records 1000 --seed 1");
  EXPECT_THAT(outcome.out, HasSubstr("NOT differentially private"));
  EXPECT_THAT(outcome.out, HasSubstr("different five-tuples"));
}

}  // namespace
}  // namespace tracetwin::test
