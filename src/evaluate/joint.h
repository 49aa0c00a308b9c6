#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Total variation of two columns together, every pair of columns.
struct PairDistances {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> tvd;  ///< symmetric; the diagonal has the single columns
};

struct JointScores {
  Group group;
  PairDistances pairs;  ///< for the heat map
};

/// How fields belong together: total variation over pairs, triples and triples with the label
/// (empty: none), gaps of mutual information and of rank correlation, and random three-way
/// queries. What independently shuffled columns fail.
JointScores joint_scores(const Pair& pair, const std::string& label, std::uint64_t seed);

}  // namespace tracetwin::evaluate
