#pragma once

#include <string>
#include <vector>

#include "evaluate/report.h"

namespace tracetwin::evaluate {

/// Cumulative distribution: at up to 200 values, evenly spaced by rank, the share of values at most
/// that. `values` not empty.
Series cumulative(std::string name, std::vector<double> values);

/// Tail: at values spaced by powers of the rank from the top, the share of values at least that.
/// Values that are not positive are left out, since both axes are logarithmic.
Series tail(std::string name, std::vector<double> values);

/// Share of the sum that the first, second, … largest count has, at ranks spaced by powers.
Series by_rank(std::string name, std::vector<double> counts);

}  // namespace tracetwin::evaluate
