#include <algorithm>
#include <cmath>
#include <set>

#include "base/parallel.h"
#include "engine/marginal/select.h"
#include "marginal/consistency.h"
#include "marginal/indif.h"
#include "marginal/label_triple.h"

namespace tracetwin::engine {
namespace {

constexpr double kMostErrorOfTriple = 0.2;  // of the records
constexpr std::size_t kMostTriples = 16;    // more would drown the scores of pairs in noise
// Records a unit of a triple's score: as large as its sensitivity, so that a score of either kind
// moves by at most 1, and few triples cost the pairs little.
constexpr auto kTripleUnit = static_cast<std::int64_t>(marginal::kLabelMisfitSensitivity);
constexpr std::uint64_t kBatchCells = std::uint64_t{1} << 22;  // 32 MiB of counts at a time

std::vector<marginal::Clique> small_pairs(const Domain& domain, std::uint64_t most_cells) {
  std::vector<marginal::Clique> pairs;
  for (std::uint32_t a = 0; a < domain.size(); ++a) {
    for (std::uint32_t b = a + 1; b < domain.size(); ++b) {
      const bool trivial = domain[a].cells == 1 || domain[b].cells == 1;
      if (!trivial &&
          marginal::cells_of(domain, {a, b}) <= std::min(most_cells, marginal::kMostCells)) {
        pairs.push_back({a, b});
      }
    }
  }
  return pairs;
}

std::vector<std::vector<double>> projected(const std::vector<marginal::NoisyMarginal>& one_ways,
                                           double total) {
  std::vector<std::vector<double>> counts;
  for (const marginal::NoisyMarginal& one_way : one_ways) {
    counts.push_back(one_way.values);
    marginal::norm_sub(counts.back(), total);
  }
  return counts;
}

std::size_t end_of_batch(const Domain& domain, std::span<const marginal::Clique> pairs,
                         std::size_t begin) {
  std::uint64_t cells = 0;
  std::size_t end = begin;
  do {
    cells += marginal::cells_of(domain, pairs[end++]);
  } while (end < pairs.size() && cells + marginal::cells_of(domain, pairs[end]) <= kBatchCells);
  return end;
}

struct Scores {
  dp::PrivateCounts distance;
  std::vector<double> chance;
};

Scores exact_scores(const Codes& records, std::span<const marginal::Clique> pairs,
                    const std::vector<std::vector<double>>& one_ways, double total,
                    const NetDpSynOptions& options) {
  Scores scores{dp::PrivateCounts(pairs.size()), std::vector<double>(pairs.size())};
  for (std::size_t begin = 0, end = 0; begin < pairs.size(); begin = end) {
    end = end_of_batch(records.domain(), pairs, begin);
    const auto batch = pairs.subspan(begin, end - begin);
    const std::vector<dp::PrivateCounts> tables =
        marginal::count_all(records, batch, options.threads, options.ranks);
    parallel_blocks(batch.size(), options.threads, [&](std::size_t i) {
      const marginal::IndependentPair expected(one_ways[batch[i][0]], one_ways[batch[i][1]], total);
      scores.distance.exact()[begin + i] = expected.distance(tables[i]);
      scores.chance[begin + i] = expected.distance_by_chance();
    });
  }
  return scores;
}

// Triples that might be worth it: their table's noise, were the budget divided among as many tables
// of their size as there are attributes, is at most a share of the records.
std::vector<marginal::Clique> affordable_triples(const Domain& domain,
                                                 const NetDpSynOptions& options, double total,
                                                 const NoiseForecast& forecast) {
  std::set<marginal::Clique> triples;
  for (const std::uint32_t label : options.labels) {
    for (std::uint32_t a = 0; a < domain.size(); ++a) {
      for (std::uint32_t b = a + 1; b < domain.size(); ++b) {
        const marginal::Clique triple = marginal::united({label}, {a, b});
        const auto cells = static_cast<double>(marginal::cells_of(domain, triple));
        const double two_thirds = static_cast<double>(domain.size()) * two_thirds_power(cells);
        const bool trivial = std::ranges::any_of(
            triple, [&](std::uint32_t attribute) { return domain[attribute].cells == 1; });
        if (triple.size() == 3 && !trivial && cells <= static_cast<double>(options.clique_cells) &&
            forecast.table_error(cells, two_thirds) <= kMostErrorOfTriple * total) {
          triples.insert(triple);
        }
      }
    }
  }
  std::vector<marginal::Clique> smallest(triples.begin(), triples.end());
  std::stable_sort(smallest.begin(), smallest.end(), [&](const auto& a, const auto& b) {
    return marginal::cells_of(domain, a) < marginal::cells_of(domain, b);
  });
  smallest.resize(std::min(smallest.size(), kMostTriples));
  return smallest;
}

std::vector<std::int64_t> misfits(const Codes& records, std::span<const marginal::Clique> triples,
                                  const NetDpSynOptions& options) {
  const std::vector<dp::PrivateCounts> tables =
      marginal::count_all(records, triples, options.threads, options.ranks);
  std::vector<std::int64_t> scores(triples.size());
  parallel_blocks(triples.size(), options.threads, [&](std::size_t i) {
    const auto label =
        std::find_if(options.labels.begin(), options.labels.end(),
                     [&](std::uint32_t l) { return marginal::contains(triples[i], {l}); });
    scores[i] =
        marginal::label_misfit(records.domain(), triples[i], *label, tables[i]) / kTripleUnit;
  });
  return scores;
}

// What chance alone would show if the three were independent, which spreads records widest: so no
// less than if two were independent given the label. Free, as in IndependentPair.
double misfit_by_chance(const marginal::Clique& triple,
                        const std::vector<std::vector<double>>& one_ways, double total) {
  double sum = 0;
  for (const double a : one_ways[triple[0]]) {
    for (const double b : one_ways[triple[1]]) {
      for (const double c : one_ways[triple[2]]) {
        sum += marginal::poisson_deviation(a * b / total * c / total);
      }
    }
  }
  return sum;
}

// One unit moves at most so many records, each of which moves every score by at most 1.
dp::ReleaseRequest request_for(std::size_t pairs, std::size_t triples,
                               const NetDpSynOptions& options) {
  const double records =
      std::ceil(options.l1_sensitivity > 0 ? options.l1_sensitivity
                                           : options.l2_sensitivity * options.l2_sensitivity);
  dp::ReleaseRequest request;
  request.stage = "selection";
  request.what = triples == 0 ? "dependence of all pairs of attributes"
                              : "dependence of all pairs of attributes, and within labels";
  request.rho = options.selection_rho;
  request.l2_sensitivity = records * std::sqrt(static_cast<double>(pairs + triples));
  return request;
}

}  // namespace

Candidates score_candidates(const Codes& records,
                            const std::vector<marginal::NoisyMarginal>& one_ways, double total,
                            const NetDpSynOptions& options, const NoiseForecast& forecast,
                            dp::Ledger& ledger) {
  const Domain& domain = records.domain();
  const std::vector<marginal::Clique> pairs = small_pairs(domain, options.pair_cells);
  if (pairs.empty()) {
    return {};
  }
  const auto triples = affordable_triples(domain, options, total, forecast);
  const auto expected = projected(one_ways, total);
  const Scores scores = exact_scores(records, pairs, expected, total, options);
  std::vector<std::int64_t> all(scores.distance.exact().begin(), scores.distance.exact().end());
  const std::vector<std::int64_t> of_triples = misfits(records, triples, options);
  all.insert(all.end(), of_triples.begin(), of_triples.end());
  const dp::NoisyCounts noisy = dp::release(
      dp::PrivateCounts(all), request_for(pairs.size(), triples.size(), options), ledger);
  const auto candidate = [&](const marginal::Clique& clique, double dependence) {
    return Candidate{clique, static_cast<double>(marginal::cells_of(domain, clique)),
                     std::max(dependence, 0.0)};
  };
  Candidates candidates;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto distance = static_cast<double>(noisy.values()[i]);
    candidates.pairs.push_back(candidate(pairs[i], distance - scores.chance[i]));
  }
  for (std::size_t i = 0; i < triples.size(); ++i) {
    const auto misfit = static_cast<double>(noisy.values()[pairs.size() + i] * kTripleUnit);
    candidates.triples.push_back(
        candidate(triples[i], misfit - misfit_by_chance(triples[i], expected, total)));
  }
  return candidates;
}

}  // namespace tracetwin::engine
