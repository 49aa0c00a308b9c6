#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "dp/counts.h"
#include "engine/marginal/table_model.h"
#include "marginal/clique.h"

namespace tracetwin::test {

/// Records of `cells.size()` attributes that all follow one hidden class of ten.
inline Table correlated_table(std::size_t rows, const std::vector<std::uint32_t>& cells,
                              std::uint64_t seed = 1) {
  Random random(seed);
  Random shape(99);
  Table table;
  for (const std::uint32_t size : cells) {
    table.domain.push_back({"a" + std::to_string(table.domain.size()), size});
    table.columns.emplace_back(rows);
  }
  std::vector<double> centers(10 * cells.size());
  for (double& center : centers) {
    center = shape.uniform();
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const auto hidden = static_cast<std::size_t>(10 * random.uniform() * random.uniform());
    for (std::size_t a = 0; a < cells.size(); ++a) {
      double place = centers[hidden * cells.size() + a] + 0.05 * random.normal();
      place -= std::floor(place);
      table.columns[a][row] =
          static_cast<std::uint16_t>(std::min(static_cast<double>(cells[a] - 1), place * cells[a]));
    }
  }
  return table;
}

/// The one-way marginals of a table, each released for `rho_each`.
inline std::vector<marginal::NoisyMarginal> one_ways_of(const Table& table, double rho_each,
                                                        dp::Ledger& ledger) {
  std::vector<marginal::NoisyMarginal> one_ways;
  for (std::uint32_t a = 0; a < table.width(); ++a) {
    const dp::ReleaseRequest request{"one-way", table.domain[a].name, rho_each, 1};
    one_ways.emplace_back(marginal::Clique{a},
                          dp::release(marginal::count(table, {a}, 1), request, ledger));
  }
  return one_ways;
}

/// Trains without a budget.
inline engine::TableModel exact_model(const Table& table) {
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  return engine::train_netdpsyn(TableCodes(table), one_ways_of(table, 1, ledger), {}, ledger, {});
}

/// Total variation distance of two tables on a clique.
inline double distance(const Table& a, const Table& b, const marginal::Clique& clique) {
  const dp::PrivateCounts of_a = marginal::count(a, clique, 1);
  const dp::PrivateCounts of_b = marginal::count(b, clique, 1);
  double sum = 0;
  for (std::size_t cell = 0; cell < of_a.size(); ++cell) {
    sum += std::abs(static_cast<double>(of_a.exact()[cell]) / static_cast<double>(a.rows()) -
                    static_cast<double>(of_b.exact()[cell]) / static_cast<double>(b.rows()));
  }
  return sum / 2;
}

/// Mean of distance() over all pairs of attributes.
inline double pair_distance(const Table& a, const Table& b) {
  double sum = 0;
  int pairs = 0;
  for (std::uint32_t i = 0; i < a.width(); ++i) {
    for (std::uint32_t j = i + 1; j < a.width(); ++j) {
      sum += distance(a, b, {i, j});
      ++pairs;
    }
  }
  return pairs == 0 ? 0 : sum / pairs;
}

}  // namespace tracetwin::test
