#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/marginal/forecast.h"
#include "engine/marginal/table_model.h"

namespace tracetwin::engine {

/// Attributes that may be measured together: a pair, or a label with two others.
struct Candidate {
  marginal::Clique clique;
  double cells = 0;
  /// Noisy L1 error, in records, of taking a pair as independent, or the two others of a triple as
  /// independent given the label; >= 0.
  double dependence = 0;
};

/// What may be measured, by kind.
struct Candidates {
  std::vector<Candidate> pairs;
  std::vector<Candidate> triples;
};

/// Scores all pairs of at most options.pair_cells cells: InDif of sensitivity 1 against the noisy
/// one-ways (marginal/indif.h), less the distance that chance alone would show; and of the triples
/// of a label of options.labels with two others those whose forecast error, as one table of many,
/// is small enough that they could be worth measuring (marginal/label_triple.h). All scores are one
/// vector, released for options.selection_rho. `total` > 0 is the estimated number of records.
Candidates score_candidates(const Codes& records,
                            const std::vector<marginal::NoisyMarginal>& one_ways, double total,
                            const NetDpSynOptions& options, const NoiseForecast& forecast,
                            dp::Ledger& ledger);

/// DenseMarg (PrivSyn, Algorithm 1): adds the pair that lowers "noise of the chosen + dependence
/// of the others" most, until none lowers it. May choose nothing. Public input only.
std::vector<marginal::Clique> select_pairs(std::span<const Candidate> candidates,
                                           const NoiseForecast& forecast);

/// Puts triples in the place of the pairs they contain, the most dependent first, as long as that
/// lowers "noise of the chosen + dependence of the others".
std::vector<marginal::Clique> add_triples(const Domain& domain,
                                          std::vector<marginal::Clique> tables,
                                          std::vector<Candidate> triples,
                                          const NoiseForecast& forecast);

/// Joins pairs that form a clique into one table, larger cliques first, when it has at most
/// `clique_cells` cells, covers at least two pairs that no table covers yet, and its forecast
/// error stays under a fifth of `total` records. Returns the joined tables and those left of
/// `tables`, of which some may be larger than pairs already.
/// At most kMostCliques cliques of each size are looked at.
std::vector<marginal::Clique> merge_pairs(const Domain& domain,
                                          std::span<const marginal::Clique> tables,
                                          std::uint64_t clique_cells, double total,
                                          const NoiseForecast& forecast);

}  // namespace tracetwin::engine
