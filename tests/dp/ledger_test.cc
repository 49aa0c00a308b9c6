#include "dp/ledger.h"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/error.h"
#include "dp/gdp.h"

namespace tracetwin::dp {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

static_assert(!std::is_copy_constructible_v<Ledger>);
static_assert(!std::is_copy_assignable_v<Ledger>);
static_assert(!std::is_constructible_v<Ledger, LedgerReport>);

constexpr Budget kBudget{2, 1e-9};

double booked(const Ledger& ledger) {
  double sum = 0;
  for (const LedgerRow& row : ledger.rows()) {
    sum += row.rho;
  }
  return sum;
}

TEST(Ledger, TotalIsWhatTheBudgetConvertsTo) {
  const Ledger ledger(kBudget, Unit::kRecord);
  EXPECT_DOUBLE_EQ(ledger.rho_total(), gdp_total({2, 0.9e-9}));
  EXPECT_DOUBLE_EQ(ledger.threshold_delta_left(), 1e-10);
  const Ledger undivided(kBudget, Unit::kRecord, 0.0);
  EXPECT_DOUBLE_EQ(undivided.rho_total(), gdp_total(kBudget));
  EXPECT_LE(gdp_epsilon(undivided.rho_total(), kMostQueries, 1e-9), 2);
}

TEST(Ledger, ReservationGivesTheNoiseItPaysFor) {
  Ledger ledger(kBudget, Unit::kRecord);
  const Sigma2 sigma2 = ledger.reserve("publishing", "one-way of dstport", 0.01, 3, 65536);
  const double needed = 9 / 0.02 + rounding_variance(3);
  EXPECT_NEAR(sigma2.value(), needed, needed * 1e-8);
  const LedgerRow& row = ledger.rows().at(0);
  EXPECT_LE(row.rho, 0.01);
  EXPECT_DOUBLE_EQ(row.rho, gdp_cost(3, sigma2));
  EXPECT_EQ(row.stage, "publishing");
  EXPECT_EQ(row.cells, 65536U);
  EXPECT_GE(ledger.rho_spent(), row.rho);
}

TEST(Ledger, AllThatIsLeftCanBeSpentAndNoMore) {
  for (const double epsilon : {1e-4, 0.1, 2.0, 17.3}) {
    for (const double sensitivity : {1.0, 1.7, 100.0}) {
      Ledger ledger({epsilon, 1e-9}, Unit::kRecord);
      ledger.reserve("a", "third", ledger.rho_total() / 3, sensitivity, 1);
      ledger.reserve("a", "rest", ledger.rho_left(), sensitivity, 1);
      EXPECT_LE(booked(ledger), ledger.rho_total());
      EXPECT_LE(ledger.rho_spent(), ledger.rho_total());
      EXPECT_LT(ledger.rho_left(), ledger.rho_total() * 1e-7);
      EXPECT_THROW(ledger.reserve("a", "more", ledger.rho_total() * 1e-6, 1, 1), Error);
    }
  }
}

TEST(Ledger, SharesThatAddUpButForRoundingAreGranted) {
  Ledger ledger(kBudget, Unit::kRecord);
  const double total = ledger.rho_total();
  for (int i = 0; i < 10; ++i) {
    ledger.reserve("a", "tenth", total * 0.1, 1, 1);
  }
  EXPECT_LE(booked(ledger), total);
}

TEST(Ledger, WhatIsSetAsideIsLeftToOthers) {
  const Ledger whole(kBudget, Unit::kRecord);
  for (const int epochs : {2, 3, 7, 100}) {
    double rho = 0;
    double delta = 0;
    for (int epoch = 0; epoch < epochs; ++epoch) {
      Ledger ledger(kBudget, Unit::kRecord);
      ledger.set_aside("other epochs", 1 - 1.0 / epochs);
      rho += ledger.rho_left();
      delta += ledger.threshold_delta_left();
    }
    EXPECT_LE(rho, whole.rho_total()) << epochs;
    EXPECT_LE(delta, whole.threshold_delta_left()) << epochs;
    EXPECT_NEAR(rho, whole.rho_total(), 1e-6) << epochs;
  }
}

TEST(Ledger, WhatIsSetAsideStandsInTheReportAndCannotBeSpent) {
  Ledger ledger(kBudget, Unit::kRecord);
  ledger.set_aside("pilot model", 0.75);
  EXPECT_EQ(ledger.rows().front().stage, "set aside");
  EXPECT_EQ(ledger.rows().front().what, "pilot model");
  EXPECT_NEAR(ledger.rho_left(), 0.25 * ledger.rho_total(), 1e-9);
  EXPECT_THROW(ledger.reserve("s", "too much", 0.3 * ledger.rho_total(), 1, 1), Error);
  EXPECT_THROW(ledger.set_aside("more", 0.3), Error);
  EXPECT_THROW(ledger.set_aside("all", 1), Error);
  const auto json = ledger.to_json();
  EXPECT_EQ(LedgerReport::from_json(json).to_json(), json);
}

TEST(Ledger, QueriesAreSetAsideWithTheirShare) {
  Ledger ledger(kBudget, Unit::kRecord);
  ledger.set_aside("other epochs", 0.999);
  const double each = ledger.rho_left() / 100;
  for (int i = 0; i < 9; ++i) {
    ledger.reserve("s", "w", each, 1, 1);
  }
  EXPECT_THROW(ledger.reserve("s", "w", each, 1, 1), Error);
}

TEST(Ledger, ManySmallReservationsNeverExceedTheTotal) {
  Ledger ledger(kBudget, Unit::kRecord);
  int granted = 0;
  try {
    for (;; ++granted) {
      ledger.reserve("a", "step", 0x1p-14, 1, 1);
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBudgetExceeded);
  }
  EXPECT_NEAR(granted, ledger.rho_total() * 0x1p14, 1);
  EXPECT_LE(booked(ledger), ledger.rho_total());
}

TEST(Ledger, MoreQueriesThanTheSlackCoversAreRefused) {
  Ledger ledger({100, 1e-9}, Unit::kRecord);
  for (std::size_t i = 0; i < kMostQueries; ++i) {
    ledger.reserve("a", "step", 1e-6, 1, 1);
  }
  EXPECT_THROW(ledger.reserve("a", "step", 1e-6, 1, 1), Error);
}

TEST(Ledger, RefusalNamesStageAndAmountsAndChangesNothing) {
  Ledger ledger(kBudget, Unit::kRecord);
  ledger.reserve("binning", "ports", ledger.rho_total() - 0.005, 1, 1);
  const double spent = ledger.rho_spent();
  try {
    ledger.reserve("publishing", "pairs", 0.01, 1, 1);
    FAIL() << "granted";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBudgetExceeded);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("publishing"), HasSubstr("pairs"), HasSubstr("0.01"),
                                    HasSubstr("left")));
    EXPECT_FALSE(error.remedy().empty());
  }
  EXPECT_EQ(ledger.rho_spent(), spent);
  EXPECT_EQ(ledger.rows().size(), 1U);
}

TEST(Ledger, RefusedThresholdDeltaCostsNoRho) {
  Ledger ledger(kBudget, Unit::kRecord);
  EXPECT_THROW(ledger.reserve("a", "labels", 0.01, 1, 0, 2e-10), Error);
  EXPECT_EQ(ledger.rho_spent(), 0);
  ledger.reserve("a", "labels", 0.01, 1, 0, ledger.threshold_delta_left());
  EXPECT_LE(ledger.rows()[0].delta, 1e-10);
  EXPECT_THROW(ledger.reserve("a", "labels", 0.01, 1, 0, 1e-13), Error);
}

TEST(Ledger, NonsenseIsRefused) {
  Ledger ledger(kBudget, Unit::kRecord);
  for (const double wrong : {0.0, -1.0, double{NAN}, double{INFINITY}}) {
    EXPECT_THROW(ledger.reserve("a", "b", wrong, 1, 1), Error);
    EXPECT_THROW(ledger.reserve("a", "b", 0.01, wrong, 1), Error);
  }
  EXPECT_THROW(ledger.reserve("a", "b", 0.01, 1, 1, NAN), Error);
  EXPECT_THROW(ledger.reserve("a", "b", 1e-30, 1, 1), Error) << "noise beyond the sampler's range";
  EXPECT_TRUE(ledger.rows().empty());
  EXPECT_THROW(Ledger({0, 1e-9}, Unit::kRecord), Error);
  EXPECT_THROW(Ledger({1, 1}, Unit::kRecord), Error);
  EXPECT_THROW(Ledger(kBudget, Unit::kRecord, 1.0), Error);
}

TEST(Ledger, SampledStepsLeaveTheRestForQueries) {
  Ledger ledger(kBudget, Unit::kFlow);
  const double share = 0.4 * ledger.rho_total();
  const double noise = ledger.reserve_sampled("critics", "slopes", share, {0.02, 200});
  EXPECT_GT(noise, 0.5);
  EXPECT_NEAR(ledger.rho_left(), 0.6 * ledger.rho_total(), 1e-9);
  EXPECT_THROW(ledger.reserve("binning", "x", 0.61 * ledger.rho_total(), 1, 1), Error);
  ledger.reserve("binning", "x", ledger.rho_left(), 1, 1);
  EXPECT_THROW(ledger.reserve_sampled("critics", "more", 1e-6, {0.02, 200}), Error);
}

TEST(Ledger, SampledStepsAreToldAsSuch) {
  Ledger ledger(kBudget, Unit::kFlow);
  const double noise = ledger.reserve_sampled("critics", "slopes", ledger.rho_left(), {0.02, 200});
  const LedgerReport report = LedgerReport::from_json(ledger.to_json());
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_EQ(report.rows.front().sampled, (SampledSteps{0.02, 200}));
  EXPECT_DOUBLE_EQ(std::sqrt(report.rows.front().sigma2.value()), noise);
  EXPECT_FALSE(report.zcdp_rho());
  EXPECT_FALSE(report.zcdp_epsilon());
  EXPECT_FALSE(report.group_epsilon(1));
  EXPECT_THAT(report.lines().back(), HasSubstr("200 x 0.02"));
}

TEST(Ledger, WithoutBudgetSampledStepsCarryNoNoise) {
  Ledger ledger = Ledger::no_guarantee(Unit::kFlow);
  EXPECT_EQ(ledger.reserve_sampled("critics", "slopes", 0, {0.02, 200}), 0);
}

TEST(Ledger, WithoutBudgetEverythingIsFreeAndRecorded) {
  Ledger ledger = Ledger::no_guarantee(Unit::kFlow);
  EXPECT_EQ(ledger.reserve("a", "b", 5, 1, 10, 0.5), (Sigma2{0, 1}));
  EXPECT_FALSE(ledger.guarantees());
  EXPECT_FALSE(ledger.adds_noise());
  EXPECT_EQ(ledger.rho_total(), 0);
  EXPECT_EQ(ledger.rho_spent(), 0);
  ASSERT_EQ(ledger.rows().size(), 1U);
  EXPECT_EQ(ledger.rows()[0].rho, 0);
  EXPECT_THAT(ledger.statement(), HasSubstr("no privacy guarantee"));
}

TEST(Ledger, TestSeedStampsNoPrivacy) {
  const Ledger ledger(kBudget, Unit::kRecord, std::uint64_t{1});
  EXPECT_TRUE(ledger.adds_noise());
  EXPECT_FALSE(ledger.guarantees());
  EXPECT_THAT(ledger.statement(), HasSubstr("no privacy guarantee"));
  EXPECT_EQ(ledger.to_json()["guarantee"], false);
}

TEST(Ledger, StatementNamesBudgetAndUnit) {
  EXPECT_EQ(Ledger(kBudget, Unit::kFlow).statement(), "(2, 1e-09)-differential privacy per flow");
}

TEST(Ledger, MovedFromLedgerHasNoNoise) {
  Ledger ledger(kBudget, Unit::kRecord);
  ledger.reserve("a", "b", 0.01, 1, 1);
  Ledger moved = std::move(ledger);
  EXPECT_EQ(moved.rows().size(), 1U);
  EXPECT_GT(moved.rho_spent(), 0.009);
  EXPECT_THROW(ledger.noise().bits(), Error);  // NOLINT(bugprone-use-after-move)
}

TEST(Allowance, BooksUpToTheTotalExactly) {
  Allowance allowance(0.1);
  EXPECT_FALSE(allowance.covers(0.1000001));
  EXPECT_TRUE(allowance.covers_nearly(0.1));
  allowance.book(allowance.covered_part(0.1));
  EXPECT_LE(allowance.spent(), 0.1);
  EXPECT_LT(allowance.left(), 1e-15);
  EXPECT_FALSE(allowance.covers_nearly(1e-12));
  EXPECT_FALSE(Allowance().covers_nearly(1e-300));
  EXPECT_TRUE(Allowance().covers(0));
}

}  // namespace
}  // namespace tracetwin::dp
