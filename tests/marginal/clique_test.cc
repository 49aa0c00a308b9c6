#include "marginal/clique.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/random.h"
#include "marginal/codes.h"
#include "support/thread_ranks.h"

namespace tracetwin::marginal {
namespace {

Table random_table(std::size_t rows, const std::vector<std::uint32_t>& cells) {
  Random random(11);
  Table table;
  for (const std::uint32_t size : cells) {
    table.domain.push_back({"a" + std::to_string(table.domain.size()), size});
    auto& column = table.columns.emplace_back();
    for (std::size_t row = 0; row < rows; ++row) {
      column.push_back(static_cast<std::uint16_t>(random.below(size)));
    }
  }
  return table;
}

std::vector<std::int64_t> counted(const Table& table, const Clique& clique) {
  const dp::PrivateCounts counts = count(table, clique, 1);
  return {counts.exact().begin(), counts.exact().end()};
}

TEST(Clique, CountsByHand) {
  const Table table{{{"a", 2}, {"b", 3}}, {{0, 1, 1, 0}, {2, 0, 0, 2}}};
  EXPECT_EQ(counted(table, {0, 1}), (std::vector<std::int64_t>{0, 0, 2, 2, 0, 0}));
  EXPECT_EQ(counted(table, {1}), (std::vector<std::int64_t>{2, 0, 2}));
  EXPECT_EQ(counted(table, {}), (std::vector<std::int64_t>{4}));
}

TEST(Clique, CountsOfManyCliquesOnAnyNumberOfThreadsAreThoseOfOneByOne) {
  const Table table = random_table(70'001, {7, 300, 500, 2, 90});
  const std::vector<Clique> cliques = {{0, 1}, {1, 2}, {0, 3, 4}, {2, 4}, {3}, {1, 4}};
  for (const unsigned threads : {1U, 2U, 4U}) {
    const auto all = count_all(table, cliques, threads);
    for (std::size_t i = 0; i < cliques.size(); ++i) {
      std::vector<std::int64_t> expected(cells_of(table.domain, cliques[i]));
      for (std::size_t row = 0; row < table.rows(); ++row) {
        std::size_t cell = 0;
        for (const auto a : cliques[i]) {
          cell = cell * table.domain[a].cells + table.columns[a][row];
        }
        ++expected[cell];
      }
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), all[i].exact().begin())) << i;
    }
  }
}

TEST(Clique, CountsOfNoRowsAreZero) {
  const Table table = random_table(0, {3, 4});
  EXPECT_EQ(counted(table, {0, 1}), std::vector<std::int64_t>(12));
}

TEST(Clique, CellsSaturate) {
  const Domain domain(5, Attribute{"a", 65536});
  EXPECT_EQ(cells_of(domain, {0, 1}), std::uint64_t{1} << 32);
  EXPECT_EQ(cells_of(domain, {0, 1, 2, 3, 4}), std::uint64_t{1} << 62);
  EXPECT_EQ(cells_of(domain, {}), 1U);
}

TEST(Clique, RefusesCodesOutsideTheirAttribute) {
  Table table = random_table(10, {3, 4});
  table.columns[1][7] = 4;
  EXPECT_THROW(count(table, {0, 1}, 1), Error);
  EXPECT_NO_THROW(count(table, {0}, 1));
}

TEST(Clique, RefusesTablesThatDoNotFitInMemoryAndColumnsThatAreNotThere) {
  Table table = random_table(1, {65535, 65535});
  EXPECT_THROW(count(table, {0, 1}, 1), Error);
  EXPECT_THROW(count(table, {2}, 1), Error);
  table.columns[1].clear();
  EXPECT_THROW(count(table, {1}, 1), Error);
}

TEST(Codes, ProjectionSumsOverTheOtherAttributes) {
  const Domain domain = {{"a", 2}, {"b", 3}, {"c", 2}};
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  EXPECT_EQ(project(domain, {0, 1, 2}, values, {0}), (std::vector<double>{21, 57}));
  EXPECT_EQ(project(domain, {0, 1, 2}, values, {0, 2}), (std::vector<double>{9, 12, 27, 30}));
  EXPECT_EQ(project(domain, {0, 1, 2}, values, {}), (std::vector<double>{78}));
  EXPECT_EQ(project(domain, {0, 1, 2}, values, {0, 1, 2}), values);
}

TEST(Clique, SetOperations) {
  EXPECT_EQ(intersection({1, 3, 5}, {3, 4, 5}), (Clique{3, 5}));
  EXPECT_EQ(difference({1, 3, 5}, {3, 4}), (Clique{1, 5}));
  EXPECT_EQ(united({1, 3}, {2, 3}), (Clique{1, 2, 3}));
  EXPECT_TRUE(contains({1, 2, 3}, {1, 3}));
  EXPECT_FALSE(contains({1, 2, 3}, {1, 4}));
}

TEST(CountAll, RanksGetTheCountsOfAllRecords) {
  const Table table = random_table(300000, {7, 11, 300});
  const std::vector<Clique> cliques = {{0}, {0, 1}, {0, 1, 2}, {1, 2}};
  const TableCodes codes(table);
  const auto alone = count_all(codes, cliques, 1);
  for (const std::size_t size : {2, 5}) {
    test::as_ranks(size, [&](const work::Ranks& ranks) {
      const auto shared = count_all(codes, cliques, 1, ranks);
      for (std::size_t i = 0; i < cliques.size(); ++i) {
        EXPECT_TRUE(std::ranges::equal(shared[i].exact(), alone[i].exact()));
      }
    });
  }
}

}  // namespace
}  // namespace tracetwin::marginal
