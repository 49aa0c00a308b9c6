#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "dp/counts.h"
#include "marginal/clique.h"

namespace tracetwin::test {

/// Counts as a ledger without a budget releases them.
inline dp::NoisyCounts released(std::vector<std::int64_t> values) {
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  return dp::release(dp::PrivateCounts(std::move(values)), {"test", "counts", 1, 1}, ledger);
}

/// The same as a marginal that is taken to carry noise of `sigma`.
inline marginal::NoisyMarginal measured(marginal::Clique clique, std::vector<std::int64_t> values,
                                        double sigma) {
  marginal::NoisyMarginal result(std::move(clique), released(std::move(values)));
  result.sigma = sigma;
  return result;
}

}  // namespace tracetwin::test
