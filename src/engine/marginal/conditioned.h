#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/marginal/table_model.h"

namespace tracetwin::engine {

/// Which records are asked for, as far as one attribute says.
struct Evidence {
  std::uint32_t attribute = 0;
  std::vector<double> shares;  ///< by code: of the records that have it, the share asked for, 0 … 1
};

/// A model of the records asked for.
struct Conditioned {
  TableModel model;        ///< meaningless when the probability is 0
  double probability = 0;  ///< that a record is one of them
};

/// The model under evidence (at most one piece an attribute), taken in piece by piece, the rarest
/// first. The parts are taken for a tree: from the attribute that the evidence is about, each
/// further part hangs on the one with which what it adds depends most, and the evidence is passed
/// along its edges (Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, chapter 4), which
/// is exact if the parts are a tree. What closes cycles is brought into agreement with it by
/// iterative proportional fitting (Deming and Stephan 1940). Throws Error when evidence does not
/// fit the model's domain.
///
/// Measured on 5,128 flow records of 9 attributes with 29 parts, against what a twin of 300,000
/// holds: total variation of each attribute's distribution up to .05 for conditions on one field
/// (.07 for rare ones; sampling alone: .01 to .07), up to .2 for rare ones on several; with all
/// pieces taken in at once on one tree up to .27.
Conditioned condition(const TableModel& model, std::span<const Evidence> evidence);

}  // namespace tracetwin::engine
