#pragma once

#include <string>
#include <vector>

#include "evaluate/joint.h"
#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// A trace as the plots show it.
struct Shown {
  std::string name;
  const Sample* sample;
  const PairDistances* pairs;  ///< nullptr for the real trace
};

/// Real and synthetic traces side by side, the real one first: distributions, ranks, ports, traffic
/// over time, tails, arrivals and pairs of fields. At most some 200 points a series; cumulative
/// distributions are drawn from at most 100,000 values.
std::vector<Plot> draw_plots(const std::vector<Shown>& traces, const std::string& label,
                             unsigned threads);

}  // namespace tracetwin::evaluate
