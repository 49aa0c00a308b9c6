#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/engine.h"
#include "engine/marginal/table_model.h"
#include "marginal_data.h"
#include "support/thread_ranks.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;
using test::correlated_table;
using test::exact_model;
using test::one_ways_of;

NetDpSynOptions shares_of(double rho) {
  NetDpSynOptions options;
  options.selection_rho = 0.1 * rho;
  options.publish_rho = 0.7 * rho;
  return options;
}

TableModel private_model(const Table& table, dp::Ledger& ledger) {
  const double rho = ledger.rho_total();
  auto one_ways = one_ways_of(table, 0.2 * rho / static_cast<double>(table.width()), ledger);
  return train_netdpsyn(TableCodes(table), std::move(one_ways), shares_of(0.999 * rho), ledger, {});
}

dp::Ledger ledger_of(double epsilon, std::uint64_t seed = 3) {
  return dp::Ledger(dp::Budget{epsilon, 1e-9}, dp::Unit::kRecord, seed);
}

Table generated(const TableModel& model, std::size_t rows, unsigned threads = 1,
                const std::string& key = "") {
  GenerateOptions options;
  options.rows = rows;
  options.seed = 5;
  options.threads = threads;
  options.key = key;
  return generate_table(engine_named("cliquetree"), model, options, {});
}

void expect_sound(const TableModel& model) {
  EXPECT_GT(model.records, 0);
  Clique covered;
  for (const TableModel::Part& part : model.parts) {
    covered = marginal::united(covered, part.clique);
    EXPECT_EQ(part.probabilities.size(), marginal::cells_of(model.domain, part.clique));
    EXPECT_NEAR(std::accumulate(part.probabilities.begin(), part.probabilities.end(), 0.0), 1,
                1e-9);
    EXPECT_GE(*std::min_element(part.probabilities.begin(), part.probabilities.end()), 0);
  }
  EXPECT_EQ(covered.size(), model.domain.size());
}

void expect_codes_in_range(const Table& table, std::size_t rows) {
  ASSERT_EQ(table.columns.size(), table.domain.size());
  for (std::size_t a = 0; a < table.width(); ++a) {
    ASSERT_EQ(table.columns[a].size(), rows);
    for (const std::uint16_t code : table.columns[a]) {
      ASSERT_LT(code, table.domain[a].cells);
    }
  }
}

TEST(NetDpSyn, WithoutNoiseTheSelectedTablesAreReproduced) {
  const Table table = correlated_table(20'000, {8, 20, 60, 40, 30});
  const TableModel model = exact_model(table);
  expect_sound(model);
  EXPECT_NEAR(model.records, 20'000, 1e-6);
  const Table twin = generated(model, 20'000);
  for (const TableModel::Part& part : model.parts) {
    EXPECT_GE(part.clique.size(), 2U);
    EXPECT_LT(test::distance(table, twin, part.clique), 0.06);
  }
  for (std::uint32_t a = 0; a < table.width(); ++a) {
    EXPECT_LT(test::distance(table, twin, {a}), 0.02);
  }
}

TEST(NetDpSyn, AtEpsilonTwoPairsAreCloserThanIndependenceAndNotFarFromTheTruth) {
  const Table table = correlated_table(20'000, {8, 12, 20, 16, 24});
  dp::Ledger ledger = ledger_of(2);
  const TableModel model = private_model(table, ledger);
  expect_sound(model);
  TableModel independent = model;
  independent.parts.clear();
  for (std::uint32_t a = 0; a < table.width(); ++a) {
    const dp::PrivateCounts counts = marginal::count(table, {a}, 1);
    std::vector<double> shares;
    for (const std::int64_t count : counts.exact()) {
      shares.push_back(static_cast<double>(count) / 20'000);
    }
    independent.parts.push_back({{a}, shares, 0});
  }
  const double with_model = test::pair_distance(table, generated(model, 20'000));
  const double without = test::pair_distance(table, generated(independent, 20'000));
  EXPECT_LT(with_model, 0.15);
  EXPECT_LT(with_model, without / 3);
}

TEST(NetDpSyn, BooksWhatItWasOfferedAndNoMore) {
  const Table table = correlated_table(20'000, {8, 12, 20, 16});
  dp::Ledger ledger = ledger_of(2);
  auto one_ways = one_ways_of(table, ledger.rho_total() / 20, ledger);
  const double before = ledger.rho_spent();
  const NetDpSynOptions options = shares_of(ledger.rho_total());
  train_netdpsyn(TableCodes(table), std::move(one_ways), options, ledger, {});
  const double booked = ledger.rho_spent() - before;
  EXPECT_LE(booked, options.selection_rho + options.publish_rho);
  EXPECT_GT(booked, 0.99 * (options.selection_rho + options.publish_rho));
}

TEST(NetDpSyn, MayEvenSpendTheVeryLastOfTheBudget) {
  const Table table = correlated_table(20'000, {8, 12, 20, 16});
  dp::Ledger ledger = ledger_of(1);
  auto one_ways = one_ways_of(table, ledger.rho_total() / 20, ledger);
  const NetDpSynOptions options = shares_of(ledger.rho_left() / 0.8);
  EXPECT_NO_THROW(train_netdpsyn(TableCodes(table), std::move(one_ways), options, ledger, {}));
}

TEST(NetDpSyn, ATinyBudgetLeavesTheAttributesIndependent) {
  const Table table = correlated_table(2000, {8, 12, 20, 16});
  dp::Ledger ledger = ledger_of(2);
  auto one_ways = one_ways_of(table, ledger.rho_total() / 20, ledger);
  NetDpSynOptions options = shares_of(ledger.rho_total());
  options.publish_rho = 1e-9;
  const TableModel model = train_netdpsyn(TableCodes(table), one_ways, options, ledger, {});
  EXPECT_EQ(model.parts.size(), 4U);
  expect_sound(model);
  options.publish_rho = 0;
  const double before = ledger.rho_spent();
  EXPECT_EQ(train_netdpsyn(TableCodes(table), one_ways, options, ledger, {}).parts.size(), 4U);
  EXPECT_EQ(ledger.rho_spent(), before);
}

TEST(NetDpSyn, RefusesABudgetThatIsNotThere) {
  const Table table = correlated_table(2000, {8, 12});
  dp::Ledger ledger = ledger_of(1);
  auto one_ways = one_ways_of(table, ledger.rho_total() / 4, ledger);
  EXPECT_THROW(
      train_netdpsyn(TableCodes(table), one_ways, shares_of(10 * ledger.rho_total()), ledger, {}),
      Error);
}

TEST(NetDpSyn, RefusesOneWaysThatDoNotFit) {
  const Table table = correlated_table(100, {8, 12});
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  auto one_ways = one_ways_of(table, 1, ledger);
  std::swap(one_ways[0], one_ways[1]);
  EXPECT_THROW(train_netdpsyn(TableCodes(table), one_ways, {}, ledger, {}), Error);
  one_ways.pop_back();
  EXPECT_THROW(train_netdpsyn(TableCodes(table), one_ways, {}, ledger, {}), Error);
}

TEST(NetDpSyn, SameTableWhateverTheNumberOfThreads) {
  const Table table = correlated_table(5000, {8, 12, 20});
  const TableModel model = exact_model(table);
  constexpr std::size_t kRows = 300'001;  // three shards
  const Table one = generated(model, kRows, 1);
  EXPECT_EQ(one.columns, generated(model, kRows, 2).columns);
  EXPECT_EQ(one.columns, generated(model, kRows, 4).columns);
  expect_codes_in_range(one, kRows);
  for (const TableModel::Part& part : model.parts) {
    EXPECT_LT(test::distance(table, one, part.clique), 0.03);
  }
}

TEST(NetDpSyn, AnyNumberOfRows) {
  const TableModel model = exact_model(correlated_table(500, {8, 12, 20}));
  for (const std::size_t rows : {0U, 1U, 2U, 131'072U, 131'073U}) {
    expect_codes_in_range(generated(model, rows), rows);
  }
}

TEST(NetDpSyn, StartsFromAnyKey) {
  const Table table = correlated_table(5000, {8, 12, 20});
  const TableModel model = exact_model(table);
  for (const Attribute& attribute : table.domain) {
    EXPECT_LT(test::pair_distance(table, generated(model, 5000, 1, attribute.name)), 0.1);
  }
  EXPECT_THROW(generated(model, 10, 1, "a9"), Error);
}

TEST(NetDpSyn, TablesOfOneAttributeOfOneCellAndOfNoRows) {
  for (const std::vector<std::uint32_t>& cells :
       std::vector<std::vector<std::uint32_t>>{{1}, {7}, {1, 1}, {1, 9, 1}, {65536, 3}}) {
    for (const std::size_t rows : {0U, 1U, 50U}) {
      const Table table = correlated_table(rows, cells);
      const TableModel model = exact_model(table);
      expect_sound(model);
      expect_codes_in_range(generated(model, 100), 100);
      dp::Ledger ledger = ledger_of(0.01);
      const TableModel noisy = private_model(table, ledger);
      expect_sound(noisy);
      expect_codes_in_range(generated(noisy, 100), 100);
    }
  }
}

TEST(NetDpSyn, HugeNoiseStillGivesAModel) {
  const Table table = correlated_table(300, {8, 12, 20, 5});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    dp::Ledger ledger = ledger_of(1e-4, seed);
    const TableModel model = private_model(table, ledger);
    expect_sound(model);
    expect_codes_in_range(generated(model, 200), 200);
  }
}

TEST(NetDpSyn, ForestsOfPairsAreNoTrouble) {
  // a and b are copies of each other, c and d as well, e stands alone.
  Table table = correlated_table(5000, {9, 9, 7, 7, 11});
  Random random(4);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (const std::size_t a : {0U, 2U, 4U}) {
      table.columns[a][row] = static_cast<std::uint16_t>(random.below(table.domain[a].cells));
    }
    table.columns[1][row] = table.columns[0][row];
    table.columns[3][row] = table.columns[2][row];
  }
  dp::Ledger ledger = ledger_of(2);
  const TableModel model = private_model(table, ledger);
  std::vector<Clique> cliques;
  for (const TableModel::Part& part : model.parts) {
    cliques.push_back(part.clique);
  }
  EXPECT_THAT(cliques, testing::UnorderedElementsAre(Clique{0, 1}, Clique{2, 3}, Clique{4}));
  const Table twin = generated(model, 5000);
  EXPECT_LT(test::distance(table, twin, {0, 1}), 0.1);
  EXPECT_LT(test::distance(table, twin, {2, 3}), 0.1);
}

TEST(NetDpSyn, ReportsProgressFromTheCallingThread) {
  const TableModel model = exact_model(correlated_table(500, {8, 12}));
  std::uint64_t last = 0;
  GenerateOptions options;
  options.rows = 200'000;
  options.threads = 1;
  const auto watch = [&](const ProgressEvent& event) {
    EXPECT_EQ(event.total, options.rows);
    last = event.done;
  };
  generate_shards(model, options, watch,
                  {[](std::size_t, Table&&) { return std::string(); }, [](std::string_view) {}});
  EXPECT_EQ(last, options.rows);
}

TEST(NetDpSyn, RanksGenerateTheSameShardsInTheSameOrder) {
  const TableModel model = exact_model(correlated_table(500, {8, 12}));
  GenerateOptions options;
  options.rows = 200'000;
  options.threads = 2;
  const Table alone = generate_table(engines().front(), model, options, {});
  for (const std::size_t size : {2, 3}) {
    test::as_ranks(size, [&](const work::Ranks& ranks) {
      GenerateOptions shared = options;
      shared.site.ranks = ranks;
      EXPECT_EQ(generate_table(engines().front(), model, shared, {}).columns, alone.columns);
    });
  }
}

}  // namespace
}  // namespace tracetwin::engine
