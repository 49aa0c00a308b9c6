#include "engine/marginal/conditioned.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "marginal/codes.h"
#include "marginal_data.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// A chain a - b - c - d of random pairs, and its joint distribution.
struct Chain {
  Domain domain = {{"a", 3}, {"b", 4}, {"c", 2}, {"d", 5}};
  std::vector<double> joint;

  Chain() {
    Random random(5);
    std::vector<double> ab(12), bc(8), cd(10);
    for (auto* table : {&ab, &bc, &cd}) {
      for (double& value : *table) {
        value = random.uniform();
      }
    }
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 4; ++b)
        for (int c = 0; c < 2; ++c)
          for (int d = 0; d < 5; ++d)
            joint.push_back(ab[a * 4 + b] * bc[b * 2 + c] * cd[c * 5 + d]);
    const double sum = sum_of(joint);
    for (double& value : joint) {
      value /= sum;
    }
  }

  std::vector<double> of(const Clique& clique, const std::vector<double>& table) const {
    return marginal::project(domain, {0, 1, 2, 3}, table, clique);
  }
  TableModel model(const std::vector<Clique>& cliques) const {
    TableModel result{domain, {}, 1000, {}};
    for (const Clique& clique : cliques) {
      result.parts.push_back({clique, of(clique, joint), 0});
    }
    return result;
  }
};

TEST(Conditioned, IsExactOnATree) {
  const Chain chain;
  const std::vector<Clique> cliques = {{0, 1}, {1, 2}, {2, 3}};
  const std::vector<Evidence> evidence = {{3, {1, 0, 0.5, 0, 0.25}}, {0, {0, 1, 0.75}}};
  std::vector<double> truth = chain.joint;
  for (std::size_t cell = 0; cell < truth.size(); ++cell) {
    truth[cell] *= evidence[0].shares[cell % 5] * evidence[1].shares[cell / 40];
  }
  const double probability = sum_of(truth);
  const Conditioned result = condition(chain.model(cliques), evidence);
  EXPECT_NEAR(result.probability, probability, 1e-9);
  EXPECT_NEAR(result.model.records, 1000 * probability, 1e-6);
  for (std::size_t p = 0; p < cliques.size(); ++p) {
    const std::vector<double> expected = chain.of(cliques[p], truth);
    for (std::size_t cell = 0; cell < expected.size(); ++cell) {
      EXPECT_NEAR(result.model.parts[p].probabilities[cell], expected[cell] / probability, 1e-9);
    }
  }
}

TEST(Conditioned, WithoutEvidenceNothingChanges) {
  const TableModel model = Chain().model({{0, 1}, {1, 2}, {2, 3}});
  const Conditioned result = condition(model, {});
  EXPECT_EQ(result.probability, 1);
  EXPECT_EQ(result.model.parts[1].probabilities, model.parts[1].probabilities);
}

TEST(Conditioned, WhatAPartExcludesIsImpossible) {
  TableModel model{{{"a", 2}, {"b", 2}}, {{{0, 1}, {0.5, 0, 0, 0.5}, 0}}, 10, {}};
  const std::vector<Evidence> exclusive = {{0, {1, 0}}, {1, {0, 1}}};
  EXPECT_EQ(condition(model, exclusive).probability, 0);
  const std::vector<Evidence> nothing = {{0, {0, 0}}};
  EXPECT_EQ(condition(model, nothing).probability, 0);
  const std::vector<Evidence> agreed = {{0, {1, 0}}, {1, {1, 0}}};
  EXPECT_EQ(condition(model, agreed).probability, 0.5);
  // Not even if another part would allow it, or rounding left a crumb.
  model.domain.push_back({"c", 2});
  model.parts[0].probabilities[1] = 1e-18;
  model.parts.push_back({{0, 2}, {0.25, 0.25, 0.25, 0.25}, 0});
  model.parts.push_back({{1, 2}, {0.25, 0.25, 0.25, 0.25}, 0});
  EXPECT_EQ(condition(model, exclusive).probability, 0);
}

TEST(Conditioned, AttributesThatNothingLinksKeepTheirDistribution) {
  const TableModel model{
      {{"a", 2}, {"b", 2}}, {{{0}, {0.25, 0.75}, 0}, {{1}, {0.5, 0.5}, 0}}, 10, {}};
  const std::vector<Evidence> evidence = {{0, {1, 0}}};
  const Conditioned result = condition(model, evidence);
  EXPECT_EQ(result.probability, 0.25);
  EXPECT_EQ(result.model.parts[0].probabilities, (std::vector<double>{1, 0}));
  EXPECT_EQ(result.model.parts[1].probabilities, (std::vector<double>{0.5, 0.5}));
}

TEST(Conditioned, EvidenceThatDoesNotFitIsRefused) {
  const TableModel model = Chain().model({{0, 1}, {1, 2}, {2, 3}});
  const std::vector<Evidence> wide = {{0, {1, 1, 1, 1}}};
  const std::vector<Evidence> foreign = {{9, {1}}};
  EXPECT_THROW(condition(model, wide), Error);
  EXPECT_THROW(condition(model, foreign), Error);
}

TEST(Conditioned, WithCyclesItIsNearWhatRecordsShow) {
  const Table table = test::correlated_table(60'000, {8, 12, 6, 10, 9});
  const TableModel model = test::exact_model(table);
  ASSERT_GE(model.parts.size(), 3U);
  std::vector<double> shares(8, 0.0);
  shares[1] = shares[2] = 1;
  const std::vector<Evidence> evidence = {{0, shares}};
  const Conditioned result = condition(model, evidence);
  std::vector<std::vector<double>> truth(5);
  double kept = 0;
  for (std::uint32_t a = 0; a < 5; ++a) {
    truth[a].resize(table.domain[a].cells);
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (shares[table.columns[0][row]] > 0) {
      kept += 1;
      for (std::size_t a = 0; a < 5; ++a) {
        truth[a][table.columns[a][row]] += 1;
      }
    }
  }
  EXPECT_NEAR(result.probability, kept / 60'000, 0.005);
  for (const auto& part : result.model.parts) {
    for (const std::uint32_t a : part.clique) {
      const auto found = marginal::project(model.domain, part.clique, part.probabilities, {a});
      double distance = 0;
      for (std::size_t code = 0; code < found.size(); ++code) {
        distance += std::abs(found[code] - truth[a][code] / kept) / 2;
      }
      EXPECT_LT(distance, 0.02) << a;
    }
  }
}

}  // namespace
}  // namespace tracetwin::engine
