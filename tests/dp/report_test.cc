#include "dp/report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "dp/ledger.h"

namespace tracetwin::dp {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json example() {
  Ledger ledger({2, 1e-9}, Unit::kFlow);
  ledger.reserve("binning", "one-way of dstport, exact", 0.01, 1.5, 65536);
  ledger.reserve("publishing", "labels", 0.02, 1, 0, 3e-11);
  return ledger.to_json();
}

TEST(LedgerReport, SurvivesBeingStored) {
  const json stored = example();
  const LedgerReport report = LedgerReport::from_json(json::parse(stored.dump()));
  EXPECT_EQ(report.to_json(), stored);
  EXPECT_TRUE(report.guarantees());
  EXPECT_EQ(report.unit, Unit::kFlow);
  ASSERT_EQ(report.rows.size(), 2U);
  EXPECT_EQ(report.rows[0].what, "one-way of dstport, exact");
  EXPECT_EQ(report.rows[0].cells, 65536U);
  EXPECT_EQ(report.rows[1].delta, 3e-11);
  EXPECT_GT(report.rho_spent, 0.0299);
}

TEST(LedgerReport, StoredFieldsAreAsDocumented) {
  const json stored = example();
  EXPECT_EQ(stored["guarantee"], true);
  EXPECT_EQ(stored["statement"], "(2, 1e-09)-differential privacy per flow");
  EXPECT_EQ(stored["epsilon"], 2.0);
  EXPECT_EQ(stored["delta"], 1e-9);
  EXPECT_EQ(stored["unit"], "flow");
  EXPECT_EQ(stored["noise"], "operating system");
  EXPECT_TRUE(stored["groups"].empty()) << "a threshold release protects single units only";
  EXPECT_EQ(stored["rows"][0]["stage"], "binning");
  EXPECT_EQ(stored["rows"][0]["sigma2"].size(), 2U);
}

TEST(LedgerReport, SaysWhatAUnitOfSeveralRowsIs) {
  json stored = example();
  stored["unit"] = "host";
  stored["unit_rows"] = 32;
  const LedgerReport report = LedgerReport::from_json(stored);
  EXPECT_EQ(report.statement(),
            "(2, 1e-09)-differential privacy per host (rows of one source address, of which 32 at "
            "most were learned from)");
  EXPECT_EQ(report.to_json()["unit_rows"], 32);
  for (const json& wrong : {json(0), json(1.5), json("many"), json(-1)}) {
    stored["unit_rows"] = wrong;
    EXPECT_THROW(LedgerReport::from_json(stored), Error) << wrong;
  }
}

TEST(LedgerReport, WithoutBudgetEpsilonIsNull) {
  Ledger ledger = Ledger::no_guarantee(Unit::kRecord);
  ledger.reserve("a", "b", 1, 1, 4);
  const json stored = ledger.to_json();
  EXPECT_TRUE(stored["epsilon"].is_null());
  EXPECT_EQ(stored["guarantee"], false);
  const LedgerReport report = LedgerReport::from_json(stored);
  EXPECT_FALSE(report.guarantees());
  EXPECT_EQ(report.to_json(), stored);
}

TEST(LedgerReport, GroupsCostQuadraticRho) {
  Ledger ledger({0.1, 1e-9}, Unit::kRecord);
  ledger.reserve("a", "b", 1e-5, 1, 4);
  const LedgerReport report = ledger.report();
  EXPECT_NEAR(report.group_epsilon(1).value(), 0.1, 2e-5);
  EXPECT_LE(report.group_epsilon(1).value(), 0.1);
  EXPECT_GT(report.group_epsilon(10).value(), 1.0);
  EXPECT_GT(report.group_epsilon(100).value(), 10.0);
  EXPECT_EQ(report.to_json()["groups"].size(), 3U);
}

TEST(LedgerReport, ZcdpIsTheLooserAccount) {
  Ledger ledger({2, 1e-9}, Unit::kRecord);
  ledger.reserve("a", "b", ledger.rho_total() / 2, 1, 4);
  ledger.reserve("a", "c", ledger.rho_left(), 2, 4);
  const LedgerReport report = ledger.report();
  EXPECT_LT(*report.zcdp_rho(), report.rho_total);
  EXPECT_GT(*report.zcdp_rho(), report.rho_total * 0.9);
  EXPECT_GT(report.zcdp_epsilon().value(), 2);
  EXPECT_LT(report.zcdp_epsilon().value(), 2.3);
  EXPECT_FALSE(Ledger::no_guarantee(Unit::kRecord).report().zcdp_epsilon().has_value());
}

TEST(LedgerReport, LinesShowEveryRow) {
  const auto lines = LedgerReport::from_json(example()).lines();
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_THAT(lines[0], HasSubstr("differential privacy per flow"));
  EXPECT_THAT(lines[2], HasSubstr("queries in zCDP"));
  EXPECT_THAT(lines[4], HasSubstr("65,536"));
  EXPECT_THAT(lines[5], HasSubstr("labels"));
}

TEST(LedgerReport, ForgedGuaranteeIsNotBelieved) {
  json stored = Ledger::no_guarantee(Unit::kRecord).to_json();
  stored["guarantee"] = true;
  stored["statement"] = "(0.1, 1e-9)-differential privacy per record";
  EXPECT_FALSE(LedgerReport::from_json(stored).guarantees());
  EXPECT_THAT(LedgerReport::from_json(stored).statement(), HasSubstr("no privacy guarantee"));
}

TEST(LedgerReport, ControlCharactersDoNotReachTheTerminal) {
  json stored = example();
  stored["rows"][0]["what"] = "a\x1b[2Jb";
  EXPECT_EQ(LedgerReport::from_json(stored).rows[0].what, "a?[2Jb");
}

class DamagedReport : public ::testing::TestWithParam<json> {};

TEST_P(DamagedReport, IsRefused) {
  json stored = example();
  stored.merge_patch(GetParam());
  EXPECT_THROW(LedgerReport::from_json(stored), Error) << GetParam();
}

json row_with(const char* key, const json& value) {
  json row = example()["rows"][0];
  row[key] = value;
  return {{"rows", json::array({row})}};
}

INSTANTIATE_TEST_SUITE_P(
    Fields, DamagedReport,
    ::testing::Values(json{{"noise", "dice"}}, json{{"noise", 3}}, json{{"unit", "packet"}},
                      json{{"epsilon", nullptr}}, json{{"epsilon", -1}}, json{{"delta", 2}},
                      json{{"rho_spent", 1e9}}, json{{"rho_total", "x"}},
                      json{{"threshold_delta_spent", 1}}, json{{"rows", 4}},
                      json{{"rows", json::array({1})}}, row_with("sigma2", json::array({1})),
                      row_with("sigma2", json::array({1, 0})),
                      row_with("sigma2", json::array({-1, 2})), row_with("cells", 1.5),
                      row_with("rho", -1), row_with("stage", nullptr)));

TEST(LedgerReport, AnythingButAnObjectIsRefused) {
  for (const json& wrong : {json(), json(3), json::array(), json("x"), json::object()}) {
    EXPECT_THROW(LedgerReport::from_json(wrong), Error);
  }
}

}  // namespace
}  // namespace tracetwin::dp
