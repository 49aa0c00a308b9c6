#include "marginal/rake.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tracetwin::marginal {
namespace {

/// Lots of (first table's cell 0 or 1, second table's cell 2 or 3).
Lots four_lots(std::vector<std::uint32_t> copies) {
  Lots lots;
  lots.copies = std::move(copies);
  for (std::uint32_t lot = 0; lot < 4; ++lot) {
    lots.amounts.push_back({lot / 2, 1});
    lots.amounts.push_back({2 + lot % 2, 1});
    lots.begin.push_back(lots.amounts.size());
  }
  return lots;
}

double total(const std::vector<std::uint32_t>& taken) {
  return std::accumulate(taken.begin(), taken.end(), 0.0);
}

TEST(Rake, MeetsEveryTable) {
  const Lots lots = four_lots({400, 100, 300, 200});
  const RakeTargets targets{{30, 70, 40, 60}, {2, 4}};
  const auto taken = rake(lots, targets, 100, true);
  EXPECT_EQ(taken[0] + taken[1], 30U);
  EXPECT_EQ(taken[0] + taken[2], 40U);
  EXPECT_EQ(total(taken), 100);
  EXPECT_DOUBLE_EQ(shortfall(lots, targets, taken), 0);
  EXPECT_EQ(taken, rake(lots, targets, 100, true));
}

TEST(Rake, KeepsWhatWasRelatedRelated) {
  // The odds ratio of the lots is 400 * 200 / (100 * 300) = 2.7, which raking leaves as it is.
  const auto taken =
      rake(four_lots({4000, 1000, 3000, 2000}), {{500, 500, 500, 500}, {2, 4}}, 1000, false);
  EXPECT_NEAR(static_cast<double>(taken[0]) * taken[3] / (taken[1] * taken[2]), 2.67, 0.1);
}

TEST(Rake, TakesNoMoreThanThereIsAndSaysWhatIsMissing) {
  const Lots lots = four_lots({5, 5, 300, 200});
  const RakeTargets targets{{50, 50, 50, 50}, {2, 4}};
  const auto taken = rake(lots, targets, 100, true);
  EXPECT_LE(taken[0], 5U);
  EXPECT_LE(taken[1], 5U);
  EXPECT_EQ(total(taken), 100);
  EXPECT_NEAR(shortfall(lots, targets, taken), 0.4, 1e-9);
  EXPECT_EQ(total(rake(four_lots({1, 1, 1, 1}), targets, 100, true)), 4);
}

TEST(Rake, LeavesOutWhatIsNotWanted) {
  const auto taken = rake(four_lots({100, 100, 100, 100}), {{0, 60, 30, 30}, {2, 4}}, 60, true);
  EXPECT_EQ(taken[0] + taken[1], 0U);
  EXPECT_EQ(taken[2], 30U);
}

TEST(Rake, CountsLotsOfSeveralAmounts) {
  Lots lots;  // flows of three records of one label, or of one of each of two
  lots.copies = {1000, 1000, 1000};
  lots.amounts = {{0, 1}, {1, 3}, {0, 1}, {2, 1}, {0, 1}, {1, 1}};
  lots.begin = {0, 2, 4, 6};
  const RakeTargets targets{{100, 180, 20}, {1, 3}};
  const auto taken = rake(lots, targets, 100, true);
  EXPECT_EQ(total(taken), 100);
  EXPECT_NEAR(3.0 * taken[0] + taken[2], 180, 2);
  EXPECT_NEAR(taken[1], 20, 1);
}

TEST(Rake, OfNothingNothingIsTaken) {
  EXPECT_TRUE(rake({}, {}, 10, true).empty());
}

}  // namespace
}  // namespace tracetwin::marginal
