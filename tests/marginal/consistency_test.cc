#include "marginal/consistency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "marginal/codes.h"
#include "released.h"

namespace tracetwin::marginal {
namespace {

using test::measured;
using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::Pointwise;

std::vector<double> after_norm_sub(std::vector<double> values, double total) {
  norm_sub(values, total);
  return values;
}

TEST(NormSub, ByHand) {
  EXPECT_THAT(after_norm_sub({5, 3, -2}, 6), ElementsAre(4, 2, 0));
  EXPECT_THAT(after_norm_sub({1, 1, 1, 1}, 8), Each(2));
  EXPECT_THAT(after_norm_sub({-5, -3}, 1), ElementsAre(0, 1));
  EXPECT_THAT(after_norm_sub({10, 1, 1}, 3), ElementsAre(3, 0, 0));
  EXPECT_THAT(after_norm_sub({2, 2}, 0), Each(0));
  EXPECT_THAT(after_norm_sub({0, 0, 0, 0}, 2), Each(0.5));
}

TEST(NormSub, IsTheProjectionThatSortingFinds) {
  Random random(2);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> values(1 + random.below(50));
    for (double& value : values) {
      value = random.normal() * 10;
    }
    const double total = random.uniform() * 100;
    std::vector<double> sorted = values;
    std::sort(sorted.rbegin(), sorted.rend());
    double cut = 0;
    double sum = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      sum += sorted[i];
      const double candidate = (sum - total) / static_cast<double>(i + 1);
      cut = sorted[i] > candidate ? candidate : cut;
    }
    std::vector<double> expected;
    for (const double value : values) {
      expected.push_back(std::max(0.0, value - cut));
    }
    EXPECT_THAT(after_norm_sub(values, total), Pointwise(DoubleNear(1e-9), expected));
  }
}

TEST(Total, IsWeightedByVariance) {
  // Sums 100 with variance 4 * 2 and 130 with variance 1 * 4.
  const std::vector<NoisyMarginal> marginals = {measured({0}, {60, 40}, 2),
                                                measured({1}, {60, 30, 20, 20}, 1)};
  EXPECT_NEAR(estimate_total(marginals), (100.0 / 8 + 130.0 / 4) / (1.0 / 8 + 1.0 / 4), 1e-9);
  EXPECT_EQ(estimate_total({}), 0);
}

TEST(Total, ExactMarginalsDecide) {
  EXPECT_NEAR(estimate_total({measured({0}, {60, 40}, 0), measured({1}, {90, 90}, 5)}), 100, 1e-6);
}

TEST(Consistency, TwoMarginalsByHand) {
  // The 2 x 2 table projects to (60, 40) with variance 2, the one-way says (50, 50) with variance
  // 1: the mean is 160/3, 140/3. The table's rows move by -20/3 and 20/3, half to each cell.
  std::vector<NoisyMarginal> marginals = {measured({0, 1}, {40, 20, 10, 30}, 1),
                                          measured({0}, {50, 50}, 1)};
  const Domain domain = {{"a", 2}, {"b", 2}};
  const ConsistencyReport report = make_consistent(domain, marginals, 100);
  EXPECT_EQ(report.rounds, 1);
  EXPECT_THAT(marginals[0].values, Pointwise(DoubleNear(1e-9), {40 - 10.0 / 3, 20 - 10.0 / 3,
                                                                10 + 10.0 / 3, 30 + 10.0 / 3}));
  EXPECT_THAT(marginals[1].values, Pointwise(DoubleNear(1e-9), {160.0 / 3, 140.0 / 3}));
}

TEST(Consistency, ExactMarginalsStay) {
  std::vector<NoisyMarginal> marginals = {measured({0, 1}, {41, 23, 12, 31}, 9),
                                          measured({0}, {50, 50}, 0)};
  make_consistent({{"a", 2}, {"b", 2}}, marginals, 100);
  EXPECT_THAT(marginals[1].values, Pointwise(DoubleNear(1e-6), {50, 50}));
  EXPECT_NEAR(marginals[0].values[0] + marginals[0].values[1], 50, 1e-3);
}

std::vector<NoisyMarginal> noisy_marginals(const Domain& domain, const std::vector<Clique>& cliques,
                                           double sigma) {
  Random random(8);
  std::vector<double> joint(cells_of(domain, {0, 1, 2, 3}));
  for (double& cell : joint) {
    cell = random.uniform() < 0.7 ? 0 : random.uniform() * 40;
  }
  std::vector<NoisyMarginal> marginals;
  for (const Clique& clique : cliques) {
    std::vector<std::int64_t> counts;
    for (const double x : project(domain, {0, 1, 2, 3}, joint, clique)) {
      counts.push_back(std::llround(x + sigma * random.normal()));
    }
    marginals.push_back(measured(clique, counts, sigma));
  }
  return marginals;
}

TEST(Consistency, MarginalsAgreeAreNonNegativeAndHaveOneTotal) {
  const Domain domain = {{"a", 6}, {"b", 9}, {"c", 4}, {"d", 12}};
  const std::vector<Clique> cliques = {{0, 1, 2}, {1, 2, 3}, {0, 3}, {2, 3}, {0}, {1}, {2}, {3}};
  for (const double sigma : {0.0, 3.0, 30.0, 3000.0}) {
    std::vector<NoisyMarginal> marginals = noisy_marginals(domain, cliques, sigma);
    const double total = std::max(1.0, estimate_total(marginals));
    const ConsistencyReport report = make_consistent(domain, marginals, total, {400, 1e-4});
    EXPECT_LE(report.disagreement, 1e-4) << sigma;
    for (const NoisyMarginal& marginal : marginals) {
      EXPECT_GE(*std::min_element(marginal.values.begin(), marginal.values.end()), 0);
      EXPECT_NEAR(std::accumulate(marginal.values.begin(), marginal.values.end(), 0.0), total,
                  1e-6 * total);
    }
    const auto a = project(domain, cliques[0], marginals[0].values, {1, 2});
    const auto b = project(domain, cliques[1], marginals[1].values, {1, 2});
    for (std::size_t cell = 0; cell < a.size(); ++cell) {
      EXPECT_NEAR(a[cell], b[cell], 3e-4 * total);
    }
  }
}

TEST(Consistency, AllZeroMarginalsBecomeUniform) {
  std::vector<NoisyMarginal> marginals = {measured({0, 1}, {0, 0, 0, 0}, 1),
                                          measured({0}, {0, 0}, 1)};
  make_consistent({{"a", 2}, {"b", 2}}, marginals, 1);
  EXPECT_THAT(marginals[0].values, Each(0.25));
  EXPECT_THAT(marginals[1].values, Each(0.5));
}

TEST(Consistency, OneMarginalAlone) {
  std::vector<NoisyMarginal> marginals = {measured({0}, {-3, 8}, 1)};
  const ConsistencyReport report = make_consistent({{"a", 2}}, marginals, 4);
  EXPECT_EQ(report.disagreement, 0);
  EXPECT_THAT(marginals[0].values, ElementsAre(0, 4));
}

TEST(Consistency, WhatIsImpossibleStaysAtZero) {
  const Domain domain = {{"a", 2}, {"b", 2}};
  std::vector<NoisyMarginal> marginals = {measured({0, 1}, {40, 10, 30, 20}, 1),
                                          measured({0}, {50, 50}, 1)};
  marginals[0].impossible = {false, true, false, false};
  const ConsistencyReport report = make_consistent(domain, marginals, 100);
  EXPECT_LT(report.disagreement, 1e-3);
  EXPECT_EQ(marginals[0].values[1], 0);
  EXPECT_NEAR(marginals[0].values[0], marginals[1].values[0], 0.2);
  EXPECT_NEAR(marginals[0].values[0] + marginals[0].values[2] + marginals[0].values[3], 100, 1e-6);
}

TEST(ImpossibleCells, AreThoseOfAnyPairInside) {
  const Domain domain = {{"a", 2}, {"b", 3}, {"c", 2}};
  const std::vector<ImpossiblePair> pairs = {{0, 2, {false, true, false, false}}};
  EXPECT_TRUE(impossible_cells(domain, {0, 1}, pairs).empty());
  const std::vector<bool> cells = impossible_cells(domain, {0, 1, 2}, pairs);
  EXPECT_EQ(cells, (std::vector<bool>{false, true, false, true, false, true, false, false, false,
                                      false, false, false}));
}

}  // namespace
}  // namespace tracetwin::marginal
