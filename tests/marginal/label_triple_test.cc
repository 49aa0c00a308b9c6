#include "marginal/label_triple.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace tracetwin::marginal {
namespace {

const Domain kDomain = {{"a", 3}, {"label", 2}, {"b", 4}};
const Clique kTriple = {0, 1, 2};

TEST(LabelMisfit, IsNothingWhereTheLabelExplainsAll) {
  dp::PrivateCounts counts(24);
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t label = 0; label < 2; ++label) {
      for (std::size_t b = 0; b < 4; ++b) {
        counts.add((a * 2 + label) * 4 + b, static_cast<std::int64_t>((a + 1) * (b + label)));
      }
    }
  }
  EXPECT_EQ(label_misfit(kDomain, kTriple, 1, counts), 0);
}

TEST(LabelMisfit, ByHand) {
  // Within label 0: a and b are the same, 10 records each of two values; predicted 5 in each of
  // four cells: |10 - 5| * 2 + 5 * 2. Label 1 is empty.
  const Domain domain = {{"a", 2}, {"label", 2}, {"b", 2}};
  dp::PrivateCounts counts(std::vector<std::int64_t>{10, 0, 0, 0, 0, 10, 0, 0});
  EXPECT_EQ(label_misfit(domain, kTriple, 1, counts), 20);
}

// The worst case: a and b independent, and a record that has neither's values, far from the rest.
TEST(LabelMisfit, ARecordApartMovesItByNearlyFour) {
  const Domain domain = {{"a", 101}, {"label", 1}, {"b", 101}};
  dp::PrivateCounts counts(101 * 101);
  for (std::size_t a = 0; a < 100; ++a) {
    for (std::size_t b = 0; b < 100; ++b) {
      counts.add(a * 101 + b, 10);
    }
  }
  ASSERT_EQ(label_misfit(domain, kTriple, 1, counts), 0);
  counts.add(100 * 101 + 100);
  const std::int64_t after = label_misfit(domain, kTriple, 1, counts);
  EXPECT_GE(after, 3);
  EXPECT_LE(after, 4);
}

TEST(LabelMisfit, ARecordMoreMovesItByNoMoreThanTheSensitivity) {
  Random random(4);
  std::int64_t most = 0;
  for (int round = 0; round < 300; ++round) {
    dp::PrivateCounts counts(24);
    for (std::size_t cell = 0; cell < 24; ++cell) {
      counts.add(cell, random.chance(0.3) ? static_cast<std::int64_t>(random.below(20)) : 0);
    }
    const std::int64_t before = label_misfit(kDomain, kTriple, 1, counts);
    for (std::size_t cell = 0; cell < 24; ++cell) {
      dp::PrivateCounts more = counts;
      more.add(cell);
      most = std::max(most, std::abs(label_misfit(kDomain, kTriple, 1, more) - before));
    }
  }
  EXPECT_LE(static_cast<double>(most), kLabelMisfitSensitivity);
  EXPECT_GE(most, 2);  // so that a far too small bound would be seen
}

}  // namespace
}  // namespace tracetwin::marginal
