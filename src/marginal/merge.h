#pragma once

#include <vector>

#include "marginal/clique.h"
#include "schema/table.h"

namespace tracetwin::marginal {

/// What was known of a table before it was measured.
struct Believed {
  Clique clique;
  std::vector<double> probabilities;  ///< row-major over `clique`, sum 1
  double sigma = 0;                   ///< of a cell, in counts; 0 without noise
};

/// The same of some of its attributes; a cell's sigma is that of the sum.
Believed projected(const Domain& domain, const Believed& whole, const Clique& clique);

/// Merges a measurement with what was believed of the same table: a mean with weights 1 / variance.
/// A cell's variance is its noise and what chance makes of a trace of `total` > 0 records (total /
/// cells, the mean of Poisson counts); of what was believed it is divided by `memory`, in [0, 1],
/// which so is the weight of one epoch behind another: without noise the measurement counts
/// 1 / (1 + memory), and with much of it the more, the more the past has averaged out. The noise of
/// the result is that of the mean. Post-processing of what was released.
void merge(const Believed& believed, double total, double memory, NoisyMarginal& measured);

}  // namespace tracetwin::marginal
