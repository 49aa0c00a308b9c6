#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/marginal/forecast.h"
#include "engine/marginal/table_model.h"

namespace tracetwin::engine {

/// A pair of attributes that may be measured together.
struct Candidate {
  marginal::Clique pair;
  double cells = 0;
  double dependence = 0;  ///< noisy L1 error, in records, of taking the two as independent, >= 0
};

/// Scores all pairs of at most options.pair_cells cells: InDif of sensitivity 1 against the noisy
/// one-ways (marginal/indif.h), released as one vector for options.selection_rho, less the
/// distance that chance alone would show. `total` > 0 is the estimated number of records.
std::vector<Candidate> score_pairs(const Codes& records,
                                   const std::vector<marginal::NoisyMarginal>& one_ways,
                                   double total, const NetDpSynOptions& options,
                                   dp::Ledger& ledger);

/// DenseMarg (PrivSyn, Algorithm 1): adds the pair that lowers "noise of the chosen + dependence
/// of the others" most, until none lowers it. May choose nothing. Public input only.
std::vector<marginal::Clique> select_pairs(std::span<const Candidate> candidates,
                                           const NoiseForecast& forecast);

/// Joins pairs that form a clique into one table, larger cliques first, when it has at most
/// `clique_cells` cells, covers at least two pairs that no table covers yet, and its forecast
/// error stays under a fifth of `total` records. Returns the joined tables and the pairs left.
/// At most kMostCliques cliques of each size are looked at.
std::vector<marginal::Clique> merge_pairs(const Domain& domain,
                                          std::span<const marginal::Clique> pairs,
                                          std::uint64_t clique_cells, double total,
                                          const NoiseForecast& forecast);

}  // namespace tracetwin::engine
