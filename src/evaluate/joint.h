#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/joint_counts.h"
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

/// How fields belong together: total variation over pairs, triples and triples with the label,
/// and gaps of mutual information. What independently shuffled columns fail. `lacks_label`: the
/// synthetic trace has no column that is the real one's label.
JointScores joint_scores(const JointCounts& counts, const std::string& label, bool lacks_label);

/// What belongs to the same group and is measured apart: the gap of rank correlations, and the
/// error of random queries (queries.h).
Group correlation_group(const Pair& pair);
Group query_group(const Pair& pair, std::uint64_t seed);

}  // namespace tracetwin::evaluate
