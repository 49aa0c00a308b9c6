#include "marginal/consistency.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "marginal/shared_set.h"

namespace tracetwin::marginal {
namespace {

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<Clique> shared_cliques(const std::vector<NoisyMarginal>& marginals) {
  std::set<Clique> shared;
  for (std::size_t i = 0; i < marginals.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      shared.insert(intersection(marginals[i].clique, marginals[j].clique));
    }
  }
  shared.erase(Clique{});
  std::vector<Clique> ordered(shared.begin(), shared.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Clique& a, const Clique& b) { return a.size() < b.size(); });
  return ordered;
}

void shift_to_total(std::span<double> values, double total) {
  const double shift = (total - sum_of(values)) / static_cast<double>(values.size());
  for (double& value : values) {
    value += shift;
  }
}

/// norm_sub() of the possible cells.
void project(NoisyMarginal& marginal, double total) {
  if (marginal.impossible.empty()) {
    norm_sub(marginal.values, total);
    return;
  }
  std::vector<double> open;
  for (std::size_t cell = 0; cell < marginal.values.size(); ++cell) {
    if (!marginal.impossible[cell]) {
      open.push_back(marginal.values[cell]);
    }
  }
  norm_sub(open, total);
  auto next = open.begin();
  for (std::size_t cell = 0; cell < marginal.values.size(); ++cell) {
    marginal.values[cell] = marginal.impossible[cell] ? 0 : *next++;
  }
}

double disagreement(const std::vector<SharedSet>& sets, double total) {
  double worst = 0;
  for (const SharedSet& set : sets) {
    worst = std::max(worst, set.distance());
  }
  return worst / total;
}

}  // namespace

double estimate_total(const std::vector<NoisyMarginal>& marginals) {
  double weights = 0;
  double sum = 0;
  for (const NoisyMarginal& marginal : marginals) {
    const double cells = static_cast<double>(std::max<std::size_t>(1, marginal.values.size()));
    const double weight = 1 / (cell_variance(marginal) * cells);
    weights += weight;
    sum += weight * sum_of(marginal.values);
  }
  return weights == 0 ? 0 : sum / weights;
}

// Michelot 1986: the number to subtract from the cells still above it only grows, so dropping
// cells and averaging again ends at the exact answer after a few passes, without sorting.
void norm_sub(std::span<double> values, double total) {
  if (total <= 0) {
    std::fill(values.begin(), values.end(), 0.0);
    return;
  }
  double cut = (sum_of(values) - total) / static_cast<double>(values.size());
  for (std::size_t active = values.size(), before = active + 1; active < before;) {
    before = active;
    double sum = 0;
    active = 0;
    for (const double value : values) {
      sum += value > cut ? value : 0;
      active += value > cut ? 1 : 0;
    }
    if (active == 0) {  // all equal, up to rounding
      break;
    }
    cut = (sum - total) / static_cast<double>(active);
  }
  for (double& value : values) {
    value = std::max(value - cut, 0.0);
  }
}

ConsistencyReport make_consistent(const Domain& domain, std::vector<NoisyMarginal>& marginals,
                                  double total, const ConsistencyOptions& options) {
  std::vector<SharedSet> sets;
  for (const Clique& clique : shared_cliques(marginals)) {
    sets.emplace_back(domain, clique, marginals);
  }
  for (NoisyMarginal& marginal : marginals) {
    shift_to_total(marginal.values, total);
  }
  ConsistencyReport report;
  do {
    for (SharedSet& set : sets) {
      set.agree();
    }
    for (NoisyMarginal& marginal : marginals) {
      project(marginal, total);
    }
    ++report.rounds;
    report.disagreement = disagreement(sets, total);
  } while (report.disagreement > options.tolerance && report.rounds < options.rounds);
  return report;
}

}  // namespace tracetwin::marginal
