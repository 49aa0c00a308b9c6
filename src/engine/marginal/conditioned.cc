#include "engine/marginal/conditioned.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "engine/marginal/belief_tree.h"
#include "marginal/codes.h"

namespace tracetwin::engine {
namespace {

using marginal::Clique;
using CodeWeights = std::vector<std::vector<double>>;  // by attribute; empty = all 1

constexpr int kRounds = 60;
constexpr double kTolerance = 1e-6;
constexpr double kFarOff = 1e-2;
/// Part of a table that is spread over what its attributes alone allow: cells that are empty
/// because nothing was measured there can be filled where the tree insists.
constexpr double kSpread = 1e-6;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

void normalise(std::vector<double>& values) {
  const double sum = sum_of(values);
  for (double& value : values) {
    value /= sum;
  }
}

/// The model without what rounding left in cells that are empty.
TableModel without_crumbs(TableModel model) {
  constexpr double kCrumb = 1e-14;
  for (TableModel::Part& part : model.parts) {
    for (double& probability : part.probabilities) {
      probability = probability < kCrumb ? 0 : probability;
    }
  }
  return model;
}

void check(const Domain& domain, const Evidence& evidence) {
  if (evidence.attribute >= domain.size() ||
      evidence.shares.size() != domain[evidence.attribute].cells) {
    throw Error(fmt::format("evidence on attribute {} does not fit the model", evidence.attribute));
  }
}

/// What a table has to agree with: the distribution of some of its attributes.
struct Margin {
  std::vector<std::uint32_t> map;  // cell of the table -> cell of the margin
  std::vector<double> wanted;
};

/// The distributions of all that a clique shares with nodes of the tree, without those that
/// others contain.
std::vector<Margin> margins_of(const Domain& domain, const Clique& clique, const BeliefTree& tree,
                               const Beliefs& beliefs) {
  std::vector<std::pair<Clique, std::size_t>> shared;
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    const Clique common = marginal::intersection(clique, tree.nodes[n].clique);
    const auto within = [&](const auto& other) { return marginal::contains(other.first, common); };
    if (common.empty() || std::any_of(shared.begin(), shared.end(), within)) {
      continue;
    }
    std::erase_if(shared, [&](const auto& o) { return marginal::contains(common, o.first); });
    shared.emplace_back(common, n);
  }
  std::vector<Margin> margins;
  margins.reserve(shared.size());
  for (const auto& [common, n] : shared) {
    margins.push_back(
        {marginal::projection_map(domain, clique, common),
         marginal::project(domain, tree.nodes[n].clique, beliefs.of_nodes[n], common)});
  }
  return margins;
}

void spread(const std::vector<Margin>& margins, std::vector<double>& table) {
  std::vector<double> product(table.size(), 1);
  for (const Margin& margin : margins) {
    for (std::size_t cell = 0; cell < table.size(); ++cell) {
      product[cell] *= margin.wanted[margin.map[cell]];
    }
  }
  const double sum = sum_of(product);
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    table[cell] = (1 - kSpread) * table[cell] + (sum > 0 ? kSpread * product[cell] / sum : 0);
  }
}

/// Scales the table to one margin; the L1 distance that it had.
double fit(const Margin& margin, std::vector<double>& table) {
  std::vector<double> sums(margin.wanted.size());
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    sums[margin.map[cell]] += table[cell];
  }
  double distance = 0;
  for (std::size_t cell = 0; cell < sums.size(); ++cell) {
    distance += std::abs(sums[cell] - margin.wanted[cell]);
    sums[cell] = sums[cell] > 0 ? margin.wanted[cell] / sums[cell] : 0;
  }
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    table[cell] *= sums[margin.map[cell]];
  }
  return distance;
}

/// The L1 distance that is left of a margin.
double fit_all(const std::vector<Margin>& margins, std::vector<double>& table) {
  double distance = 1;
  for (int round = 0; round < kRounds && distance > kTolerance; ++round) {
    distance = 0;
    for (const Margin& margin : margins) {
      distance = std::max(distance, fit(margin, table));
    }
  }
  return distance;
}

/// Brings a table into agreement with the tree. Cells that are empty stay so if they can.
void agree(const std::vector<Margin>& margins, std::vector<double>& table) {
  normalise(table);
  const std::vector<double> before = table;
  if (fit_all(margins, table) > kFarOff) {
    table = before;
    spread(margins, table);
    fit_all(margins, table);
  }
  normalise(table);
}

/// Whether some part says that no record satisfies all the evidence on its attributes.
bool is_excluded(const TableModel& model, std::span<const Evidence> evidence) {
  CodeWeights weights(model.domain.size());
  for (const Evidence& one : evidence) {
    weights[one.attribute] = one.shares;
  }
  return std::any_of(model.parts.begin(), model.parts.end(), [&](const TableModel::Part& part) {
    std::vector<double> table = part.probabilities;
    weigh(model.domain, part.clique, weights, table);
    return !(sum_of(table) > 0);
  });
}

/// Probability of evidence alone.
double probability_of(const TableModel& model, const Evidence& evidence) {
  const auto part = std::find_if(model.parts.begin(), model.parts.end(), [&](const auto& p) {
    return marginal::contains(p.clique, {evidence.attribute});
  });
  const std::vector<double> codes =
      marginal::project(model.domain, part->clique, part->probabilities, {evidence.attribute});
  return std::inner_product(codes.begin(), codes.end(), evidence.shares.begin(), 0.0);
}

/// What says most comes first: what follows meets tables that have heard of it.
std::vector<Evidence> rarest_first(const TableModel& model, std::span<const Evidence> evidence) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    check(model.domain, evidence[i]);
    order.emplace_back(probability_of(model, evidence[i]), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<Evidence> sorted;
  sorted.reserve(order.size());
  for (const auto& [probability, i] : order) {
    sorted.push_back(evidence[i]);
  }
  return sorted;
}

/// Under evidence on one attribute; weights of the others are empty.
Conditioned under(const TableModel& model, std::uint32_t attribute, const CodeWeights& weights) {
  const BeliefTree tree = grow_tree(model, attribute);
  const Beliefs beliefs = propagate(model.domain, tree, weights);
  Conditioned result{model, beliefs.probability};
  result.model.records = model.records * beliefs.probability;
  for (TableModel::Part& part : result.model.parts) {
    weigh(model.domain, part.clique, weights, part.probabilities);
    if (!(beliefs.probability > 0) || !(sum_of(part.probabilities) > 0)) {
      return {};
    }
    agree(margins_of(model.domain, part.clique, tree, beliefs), part.probabilities);
  }
  return result;
}

}  // namespace

Conditioned condition(const TableModel& model, std::span<const Evidence> evidence) {
  if (evidence.empty()) {
    return {model, 1};
  }
  Conditioned result{without_crumbs(model), 1};
  result.model.network.reset();  // it knows nothing of the evidence
  const std::vector<Evidence> pieces = rarest_first(result.model, evidence);
  if (is_excluded(result.model, pieces)) {
    return {};
  }
  for (const Evidence& one : pieces) {
    CodeWeights weights(model.domain.size());
    weights[one.attribute] = one.shares;
    Conditioned next = under(result.model, one.attribute, weights);
    next.probability *= result.probability;
    if (!(next.probability > 0)) {
      return {};
    }
    result = std::move(next);
  }
  return result;
}

}  // namespace tracetwin::engine
