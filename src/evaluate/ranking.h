#pragma once

#include <string_view>
#include <vector>

#include "evaluate/report.h"

namespace tracetwin::evaluate {

/// Ranks synthetic traces of one real trace: by the mean of their ranks in what the sections judge
/// most by, traces with a copy alarm behind all others. `by` has those values, and `emd`:
/// NetShare's normalisation of each field's EMD across the traces, 0.1 for the best and 0.9 for the
/// worst, mean over fields. Empty for fewer than two.
std::vector<Rank> rank_results(const std::vector<Result>& results);

/// Whether a metric, by its id, sums up what others show in part: those that traces are ranked by,
/// classifiers' AUC, downstream tasks, copies and membership.
bool is_headline(std::string_view id);

/// Each value between 0.1 (the least) and 0.9 (the largest); all 0.1 when they are equal.
std::vector<double> normalised_across(const std::vector<double>& values);

}  // namespace tracetwin::evaluate
