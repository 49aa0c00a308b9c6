#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "audit/comparable.h"
#include "pipeline/model.h"
#include "pipeline/private_trace.h"

namespace tracetwin::audit {

/// What the attacker knows: everything but whether the canary is in. So he is stronger than any
/// attacker outside, as the definition of differential privacy wants it.
struct Knowledge {
  PrivateTrace without;    ///< the trace without the canary
  PrivateTrace canary;     ///< the canary alone
  std::vector<Key> value;  ///< its comparable row
};
Knowledge knowledge_of(PrivateTrace without, PrivateTrace canary);

/// What one run shows to him, as numbers that should be larger (or smaller) with the canary. Black
/// box, from the twin's records: how many hold the canary's address, port, text, size, or the whole
/// record; white box, from the model: how many of its values have a code of their own, the
/// estimated number of records, the end of the time window, the likelihood of the canary, and the
/// likelihood ratio of "with" against "without" over all tables.
std::span<const std::string_view> statistic_names();
/// Position of the likelihood ratio among them: the statistic that hides the least.
std::size_t likelihood_ratio();

/// The statistics of one run, parallel to statistic_names().
std::vector<double> observe(const TwinModel& model, const Rows& twin, const Knowledge& knowledge);

/// One-way probabilities of each code, by field.
std::vector<std::vector<double>> one_ways_of(const TwinModel& model);
/// log of the probability that such one-ways give to a record's codes (one a field), taken as
/// independent.
double log_likelihood(const std::vector<std::vector<double>>& one_ways,
                      std::span<const std::uint16_t> codes);

}  // namespace tracetwin::audit
