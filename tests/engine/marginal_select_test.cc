#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "engine/marginal/forecast.h"
#include "engine/marginal/select.h"
#include "marginal_data.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Forecast, OneTableByHand) {
  // rho 0.5 is sigma 1: 100 cells of mean deviation sqrt(2 / pi).
  const NoiseForecast forecast = NoiseForecast::with_budget(0.5, 1);
  const double expected = NoiseForecast::kNoiseLeft * 100 * std::sqrt(2 / 3.14159265358979);
  EXPECT_NEAR(forecast.total_error(two_thirds_power(100), 100), expected, 1e-9);
  EXPECT_NEAR(forecast.table_error(100, two_thirds_power(100)), expected, 1e-9);
}

TEST(Forecast, TotalIsTheSumOverTables) {
  const NoiseForecast forecast = NoiseForecast::with_budget(0.03, 2);
  const double all = two_thirds_power(100) + two_thirds_power(3000);
  EXPECT_NEAR(forecast.total_error(all, 3100),
              forecast.table_error(100, all) + forecast.table_error(3000, all), 1e-6);
}

TEST(Allocation, FollowsTheTwoThirdsLawAndNeverExceedsTheWhole) {
  const std::vector<double> shares = allocate_rho(std::vector<double>{8, 64, 1000}, 0.1);
  EXPECT_NEAR(shares[0], 0.1 * 4 / 120, 1e-9);
  EXPECT_NEAR(shares[1], 0.1 * 16 / 120, 1e-9);
  EXPECT_NEAR(shares[2], 0.1 * 100 / 120, 1e-9);
  EXPECT_LE(std::accumulate(shares.begin(), shares.end(), 0.0), 0.1);
  EXPECT_THAT(allocate_rho({}, 0.1), IsEmpty());
}

TEST(Select, TakesPairsWhileTheyPay) {
  const std::vector<Candidate> candidates = {
      {{0, 1}, 100, 1000}, {{0, 2}, 100, 5000}, {{1, 2}, 100, 10}};
  // Alone 28 records of noise; two share: 2^1.5 as much in all; the third pair is not worth it.
  const NoiseForecast forecast = NoiseForecast::with_budget(0.5, 1);
  EXPECT_THAT(select_pairs(candidates, forecast), ElementsAre(Clique{0, 2}, Clique{0, 1}));
}

TEST(Select, TakesNothingWhenNoiseIsWorse) {
  const std::vector<Candidate> candidates = {{{0, 1}, 100, 1000}, {{0, 2}, 100, 5000}};
  EXPECT_THAT(select_pairs(candidates, NoiseForecast::with_budget(1e-9, 1)), IsEmpty());
  EXPECT_THAT(select_pairs({}, NoiseForecast::without_budget()), IsEmpty());
}

TEST(Merge, JoinsATriangleAndKeepsTheTail) {
  const Domain domain(4, Attribute{"a", 5});
  const std::vector<Clique> pairs = {{0, 1}, {1, 2}, {0, 2}, {2, 3}};
  const NoiseForecast forecast = NoiseForecast::without_budget();
  EXPECT_THAT(merge_pairs(domain, pairs, 125, 1e4, forecast),
              UnorderedElementsAre(Clique{0, 1, 2}, Clique{2, 3}));
  EXPECT_THAT(merge_pairs(domain, pairs, 124, 1e4, forecast),
              UnorderedElementsAre(Clique{0, 1}, Clique{1, 2}, Clique{0, 2}, Clique{2, 3}));
  EXPECT_EQ(merge_pairs(domain, pairs, 125, 1, forecast).size(),
            4U);  // too much noise for 1 record
}

TEST(Merge, PrefersTheLargestClique) {
  const Domain domain(4, Attribute{"a", 3});
  const std::vector<Clique> pairs = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  EXPECT_THAT(merge_pairs(domain, pairs, 81, 1e4, NoiseForecast::without_budget()),
              ElementsAre(Clique{0, 1, 2, 3}));
}

TEST(Merge, DenseGraphsEnd) {
  const Domain domain(60, Attribute{"a", 2});
  std::vector<Clique> pairs;
  for (std::uint32_t a = 0; a < 60; ++a) {
    for (std::uint32_t b = a + 1; b < 60; ++b) {
      pairs.push_back({a, b});
    }
  }
  const auto merged = merge_pairs(domain, pairs, 20'000, 1e6, NoiseForecast::without_budget());
  EXPECT_LT(merged.size(), pairs.size());
  for (const Clique& pair : pairs) {
    EXPECT_TRUE(std::any_of(merged.begin(), merged.end(),
                            [&](const Clique& table) { return marginal::contains(table, pair); }));
  }
}

NoiseForecast forecast() {
  return NoiseForecast::without_budget();
}

TEST(Score, FindsThePairThatBelongsTogether) {
  Table table = test::correlated_table(5000, {10, 10, 12});
  Random random(3);
  for (auto& code : table.columns[1]) {
    code = static_cast<std::uint16_t>(random.below(10));
  }
  dp::Ledger ledger(dp::Budget{2, 1e-9}, dp::Unit::kRecord, std::uint64_t{7});
  const auto one_ways = test::one_ways_of(table, ledger.rho_total() / 30, ledger);
  NetDpSynOptions options;
  options.selection_rho = ledger.rho_total() / 10;
  const auto candidates =
      score_candidates(TableCodes(table), one_ways, 5000, options, forecast(), ledger).pairs;
  ASSERT_EQ(candidates.size(), 3U);
  EXPECT_EQ(candidates[1].clique, (Clique{0, 2}));
  EXPECT_GT(candidates[1].dependence, 2000);
  EXPECT_LT(candidates[0].dependence, 500);
  EXPECT_LT(candidates[2].dependence, 500);
  EXPECT_EQ(ledger.rows().back().stage, "selection");
  EXPECT_NEAR(ledger.rows().back().l2_sensitivity, std::sqrt(3), 1e-9);
}

// b is a within label 1, and not a within label 0; c is chance: no pair shows it.
Table hidden_dependence(std::size_t rows) {
  Table table{{{"label", 2}, {"a", 2}, {"b", 2}, {"c", 2}}, Columns(4)};
  Random random(9);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint16_t label = random.chance(0.5) ? 1 : 0;
    const std::uint16_t a = random.chance(0.5) ? 1 : 0;
    const std::uint16_t c = random.chance(0.5) ? 1 : 0;
    const std::uint16_t codes[] = {label, a, static_cast<std::uint16_t>(label == 1 ? a : 1 - a), c};
    for (std::size_t f = 0; f < 4; ++f) {
      table.columns[f].push_back(codes[f]);
    }
  }
  return table;
}

TEST(Score, FindsTheTripleThatNoPairShows) {
  const Table table = hidden_dependence(5000);
  dp::Ledger ledger(dp::Budget{2, 1e-9}, dp::Unit::kRecord, std::uint64_t{7});
  const auto one_ways = test::one_ways_of(table, ledger.rho_total() / 30, ledger);
  NetDpSynOptions options;
  options.selection_rho = ledger.rho_total() / 10;
  options.labels = {0};
  const auto noise = NoiseForecast::with_budget(ledger.rho_total() / 2, 1);
  const Candidates found =
      score_candidates(TableCodes(table), one_ways, 5000, options, noise, ledger);
  ASSERT_EQ(found.triples.size(), 3U);
  EXPECT_EQ(found.triples[0].clique, (Clique{0, 1, 2}));
  EXPECT_GT(found.triples[0].dependence, 3000);
  EXPECT_LT(found.triples[1].dependence, 1500);
  EXPECT_LT(found.triples[2].dependence, 1500);
  for (const Candidate& pair : found.pairs) {
    EXPECT_LT(pair.dependence, 600);
  }
  EXPECT_NEAR(ledger.rows().back().l2_sensitivity, std::sqrt(6 + 3), 1e-9);
  EXPECT_THAT(add_triples(table.domain, {}, found.triples, noise), Contains(Clique{0, 1, 2}));
}

TEST(Score, TriplesThatNoiseWouldDrownAreNotLookedAt) {
  const Table table = hidden_dependence(100);
  dp::Ledger ledger(dp::Budget{2, 1e-9}, dp::Unit::kRecord, std::uint64_t{7});
  const auto one_ways = test::one_ways_of(table, 1e-3, ledger);
  NetDpSynOptions options;
  options.selection_rho = 1e-3;
  options.labels = {0};
  EXPECT_TRUE(score_candidates(TableCodes(table), one_ways, 100, options,
                               NoiseForecast::with_budget(1e-6, 1), ledger)
                  .triples.empty());
}

TEST(Triples, TakeThePlaceOfTheirPairs) {
  const Domain domain(4, Attribute{"a", 3});
  const std::vector<Clique> pairs = {{0, 1}, {1, 2}, {2, 3}};
  const std::vector<Candidate> triples = {{{0, 1, 2}, 27, 1e6}, {{0, 2, 3}, 27, 0}};
  EXPECT_THAT(add_triples(domain, pairs, triples, NoiseForecast::with_budget(0.1, 1)),
              UnorderedElementsAre(Clique{2, 3}, Clique{0, 1, 2}));
}

TEST(Score, UnitsOfSeveralRecordsCostMore) {
  const Table table = test::correlated_table(500, {4, 5});
  dp::Ledger ledger(dp::Budget{2, 1e-9}, dp::Unit::kFlow, std::uint64_t{7});
  const auto one_ways = test::one_ways_of(table, 1e-3, ledger);
  NetDpSynOptions options;
  options.selection_rho = 1e-3;
  options.l2_sensitivity = 2;
  score_candidates(TableCodes(table), one_ways, 500, options, forecast(), ledger);
  EXPECT_NEAR(ledger.rows().back().l2_sensitivity, 4, 1e-9);
  options.l1_sensitivity = 3;
  score_candidates(TableCodes(table), one_ways, 500, options, forecast(), ledger);
  EXPECT_NEAR(ledger.rows().back().l2_sensitivity, 3, 1e-9);
}

TEST(Score, LeavesOutPairsThatAreTooLarge) {
  const Table table = test::correlated_table(500, {4, 5, 6});
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  const auto one_ways = test::one_ways_of(table, 1, ledger);
  NetDpSynOptions options;
  options.pair_cells = 24;
  EXPECT_EQ(
      score_candidates(TableCodes(table), one_ways, 500, options, forecast(), ledger).pairs.size(),
      2U);
}

}  // namespace
}  // namespace tracetwin::engine
