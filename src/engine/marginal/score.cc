#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "engine/marginal/select.h"
#include "marginal/consistency.h"
#include "marginal/indif.h"

namespace tracetwin::engine {
namespace {

constexpr std::uint64_t kBatchCells = std::uint64_t{1} << 22;  // 32 MiB of counts at a time

std::vector<marginal::Clique> small_pairs(const Domain& domain, std::uint64_t most_cells) {
  std::vector<marginal::Clique> pairs;
  for (std::uint32_t a = 0; a < domain.size(); ++a) {
    for (std::uint32_t b = a + 1; b < domain.size(); ++b) {
      if (marginal::cells_of(domain, {a, b}) <= std::min(most_cells, marginal::kMostCells)) {
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
                    unsigned threads) {
  Scores scores{dp::PrivateCounts(pairs.size()), std::vector<double>(pairs.size())};
  for (std::size_t begin = 0, end = 0; begin < pairs.size(); begin = end) {
    end = end_of_batch(records.domain(), pairs, begin);
    const auto batch = pairs.subspan(begin, end - begin);
    const std::vector<dp::PrivateCounts> tables = marginal::count_all(records, batch, threads);
    parallel_blocks(batch.size(), threads, [&](std::size_t i) {
      const marginal::IndependentPair expected(one_ways[batch[i][0]], one_ways[batch[i][1]], total);
      scores.distance.exact()[begin + i] = expected.distance(tables[i]);
      scores.chance[begin + i] = expected.distance_by_chance();
    });
  }
  return scores;
}

// One unit moves at most so many records, each of which moves every score by at most 1.
dp::ReleaseRequest request_for(std::size_t pairs, const NetDpSynOptions& options) {
  const double records =
      std::ceil(options.l1_sensitivity > 0 ? options.l1_sensitivity
                                           : options.l2_sensitivity * options.l2_sensitivity);
  dp::ReleaseRequest request;
  request.stage = "selection";
  request.what = "dependence of all pairs of attributes";
  request.rho = options.selection_rho;
  request.l2_sensitivity = records * std::sqrt(static_cast<double>(pairs));
  return request;
}

}  // namespace

std::vector<Candidate> score_pairs(const Codes& records,
                                   const std::vector<marginal::NoisyMarginal>& one_ways,
                                   double total, const NetDpSynOptions& options,
                                   dp::Ledger& ledger) {
  const std::vector<marginal::Clique> pairs = small_pairs(records.domain(), options.pair_cells);
  if (pairs.empty()) {
    return {};
  }
  const Scores scores =
      exact_scores(records, pairs, projected(one_ways, total), total, options.threads);
  const dp::NoisyCounts noisy =
      dp::release(scores.distance, request_for(pairs.size(), options), ledger);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double excess = static_cast<double>(noisy.values()[i]) - scores.chance[i];
    candidates.push_back({pairs[i], static_cast<double>(marginal::cells_of(records.domain(), pairs[i])),
                          std::max(excess, 0.0)});
  }
  return candidates;
}

}  // namespace tracetwin::engine
