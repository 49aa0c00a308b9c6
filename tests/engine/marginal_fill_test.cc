#include "engine/marginal/fill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "engine/marginal/polish.h"
#include "marginal_data.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;

TableModel chain() {
  TableModel model;
  model.domain = {{"a", 2}, {"b", 2}, {"c", 3}, {"d", 2}};
  model.parts = {{{0, 1}, {0.4, 0.1, 0.1, 0.4}, 0},
                 {{1, 2}, {0.3, 0.1, 0.1, 0.1, 0.1, 0.3}, 0},
                 {{3}, {0.25, 0.75}, 0}};
  model.records = 100;
  return model;
}

TEST(PlanFill, StartsWithTheStrongestPartAndFillsEveryAttributeOnce) {
  const auto steps = plan_fill(chain(), "");
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].fresh, (Clique{0, 1}));
  EXPECT_EQ(steps[1].given, (Clique{1}));
  EXPECT_EQ(steps[1].fresh, (Clique{2}));
  EXPECT_EQ(steps[2].fresh, (Clique{3}));
  EXPECT_TRUE(steps[2].given.empty());
}

TEST(PlanFill, StartsWithTheKey) {
  const auto steps = plan_fill(chain(), "c");
  EXPECT_EQ(steps[0].fresh, (Clique{1, 2}));
  EXPECT_EQ(steps[1].given, (Clique{1}));
  EXPECT_EQ(steps[1].fresh, (Clique{0}));
  EXPECT_THAT(steps[1].weights, testing::ElementsAre(0.4, 0.1, 0.1, 0.4));
  EXPECT_THROW(plan_fill(chain(), "zebra"), Error);
}

TEST(Fill, ATreeIsReproducedWithinRounding) {
  const TableModel model = chain();
  Random random(1);
  Columns columns(4, std::vector<std::uint16_t>(1000));
  fill(model.domain, plan_fill(model, ""), std::vector<marginal::EvenPoints>(3, {1000, 1, 0.5}),
       columns, random);
  const Table table{model.domain, columns};
  for (const TableModel::Part& part : model.parts) {
    const dp::PrivateCounts counts = marginal::count(table, part.clique, 1);
    for (std::size_t cell = 0; cell < counts.size(); ++cell) {
      EXPECT_NEAR(static_cast<double>(counts.exact()[cell]), 1000 * part.probabilities[cell], 2);
    }
  }
}

TEST(Fill, AttributesWithNothingInCommonAreNotCoupled) {
  TableModel model;
  model.domain = {{"a", 10}, {"b", 10}};
  model.parts = {{{0}, std::vector<double>(10, 0.1), 0}, {{1}, std::vector<double>(10, 0.1), 0}};
  Random random(1);
  Columns columns(2, std::vector<std::uint16_t>(100'000));
  fill(model.domain, plan_fill(model, ""), std::vector<marginal::EvenPoints>(2, {100'000, 1, 0.5}),
       columns, random);
  const dp::PrivateCounts pairs = marginal::count({model.domain, columns}, {0, 1}, 1);
  for (const std::int64_t count : pairs.exact()) {
    EXPECT_NEAR(static_cast<double>(count), 1000, 200);
  }
}

TEST(Fill, CombinationsThatThePartDoesNotKnowFallBackToItsOneWay) {
  TableModel model;
  model.domain = {{"a", 2}, {"b", 2}, {"c", 2}};
  // The first part gives b = 1, which the second has never seen.
  model.parts = {{{0, 1}, {0, 0.5, 0, 0.5}, 0}, {{1, 2}, {0.5, 0.5, 0, 0}, 0}};
  Random random(1);
  Columns columns(3, std::vector<std::uint16_t>(100));
  fill(model.domain, plan_fill(model, "a"), std::vector<marginal::EvenPoints>(2, {100, 1, 0.5}),
       columns, random);
  const dp::PrivateCounts counts = marginal::count({model.domain, columns}, {2}, 1);
  EXPECT_EQ(counts.exact()[0], 50);
}

TEST(Polish, ReachesTargetsThatCanBeReached) {
  const Table table = test::correlated_table(4000, {6, 7, 8, 9});
  Columns columns = table.columns;
  Random random(5);
  for (auto& column : columns) {
    random.shuffle(std::span(column));  // one-ways stay, all dependence is gone
  }
  std::vector<Target> targets;
  for (const Clique& clique : {Clique{0, 1}, Clique{1, 2}, Clique{0, 2}, Clique{2, 3}}) {
    const dp::PrivateCounts counts = marginal::count(table, clique, 1);
    targets.push_back({clique, {counts.exact().begin(), counts.exact().end()}});
  }
  Polish polish(table.domain, targets, columns, random);
  const double before = polish.error();
  EXPECT_GT(before, 0.5);
  polish.run(40);
  EXPECT_LT(polish.error(), 0.05);
  double distance = 0;
  for (const Target& target : targets) {
    distance += 2 * test::distance(table, {table.domain, columns}, target.clique) / 4;
  }
  EXPECT_NEAR(polish.error(), distance, 1e-9);  // what it keeps count of is what is there
}

TEST(Polish, NeverGetsWorseOnTargetsThatContradictEachOther) {
  const Domain domain = {{"a", 2}, {"b", 2}};
  Columns columns = {{0, 0, 0, 0}, {0, 0, 1, 1}};
  Random random(5);
  Polish polish(domain, std::vector<Target>{{{0}, {4, 0}}, {{0, 1}, {0, 0, 2, 2}}}, columns,
                random);
  const double before = polish.error();
  polish.run(20);
  EXPECT_LE(polish.error(), before);
}

TEST(Polish, PutsNoRecordWhereNoneMayBe) {
  // The other marginals want every record at (1, 1), which is said to be impossible.
  const Domain domain = {{"a", 2}, {"b", 2}};
  Columns columns(2, std::vector<std::uint16_t>(100));
  Random random(5);
  const std::vector<Target> targets = {
      {{0}, {0, 100}}, {{1}, {0, 100}}, {{0, 1}, {50, 25, 25, 0}, {false, false, false, true}}};
  Polish(domain, targets, columns, random).run(20);
  for (std::size_t row = 0; row < 100; ++row) {
    EXPECT_FALSE(columns[0][row] == 1 && columns[1][row] == 1) << row;
  }
}

TEST(Polish, ManyMarginalsThatForbidDoNotAddUpToLeave) {
  const Domain domain = {{"a", 2}, {"b", 2}};
  Columns columns(2, std::vector<std::uint16_t>(100));
  Random random(5);
  const Target forbids{{0, 1}, {50, 25, 25, 0}, {false, false, false, true}};
  std::vector<Target> targets(40, forbids);
  targets.push_back({{0}, {0, 100}});
  Polish polish(domain, targets, columns, random);
  const double before = polish.error();
  polish.run(20);
  EXPECT_LE(polish.error(), before);
  EXPECT_GE(polish.error(), 0);
  for (std::size_t row = 0; row < 100; ++row) {
    EXPECT_FALSE(columns[0][row] == 1 && columns[1][row] == 1) << row;
  }
}

TEST(Polish, NoRows) {
  Columns columns(1);
  Random random(5);
  Polish polish({{"a", 3}}, std::vector<Target>{{{0}, {0, 0, 0}}}, columns, random);
  polish.run(3);
  EXPECT_EQ(polish.error(), 0);
}

}  // namespace
}  // namespace tracetwin::engine
