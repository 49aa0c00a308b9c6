#pragma once

#include <vector>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Rows per five-tuple, and what they add up to.
struct FlowTotals {
  std::vector<double> size;  ///< rows
  std::vector<double> bytes;
  std::vector<double> duration;  ///< s from first to last row; flow logs: the records', ascending
  std::vector<double> gap;       ///< s between successive rows of one five-tuple, all together
};
FlowTotals flow_totals(const Sample& sample);

/// How rows form flows and hosts: sizes, bytes, durations and gaps of flows, how many others a host
/// talks to, which share of the rows has an answer.
Group structure_group(const Pair& pair);

/// Whether the structure of the busiest hosts is alike, whoever they are: shares by rank, and what
/// the host of each rank does.
Group talkers_group(const Pair& pair);

}  // namespace tracetwin::evaluate
