#pragma once

#include <cstddef>
#include <cstdint>

#include "evaluate/learn/matrix.h"
#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Classifier two-sample tests (Lopez-Paz and Oquab 2017): how well boosted trees tell held-out
/// synthetic rows from real ones, by record, by flow (captures) and by host. 0.5 is best. How many
/// tests traces of this kind have, and what test number `test` found.
std::size_t two_sample_tests(const Columns& columns);
Group two_sample_group(const Pair& pair, std::uint64_t seed, std::size_t test);

struct SeparationAuc {
  double auc = 0;     ///< mean over five folds; NaN when a side has fewer than 20 rows
  double spread = 0;  ///< deviation over the folds
};

/// Five-fold cross-validated AUC over equally many rows of both. Rows whose `key` features are
/// equal share a fold: otherwise a copied real row would teach the wrong answer for its twin. `key`
/// may be the features themselves.
SeparationAuc separation_auc(const Matrix& real, const Matrix& synthetic, const Matrix& real_key,
                             const Matrix& synthetic_key, std::uint64_t seed);

}  // namespace tracetwin::evaluate
