#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "engine/marginal/table_model.h"
#include "marginal/systematic.h"

namespace tracetwin::engine {

/// One step of the marginal initialisation: draws the attributes `fresh` given the attributes
/// `given`, which earlier steps have filled, from part `part` of the model.
struct FillStep {
  std::size_t part = 0;
  marginal::Clique given;
  marginal::Clique fresh;
  std::vector<double> weights;   ///< of fresh cells, one row per cell of `given`
  std::vector<double> fallback;  ///< of fresh cells, where a row has no mass
};

/// A maximum-weight tree over the parts (Prim): starts from the part with the most dependence,
/// among those that hold the attribute `key` unless that is empty; every next part is the one
/// whose new attributes depend most (mutual information) on the attributes already filled.
/// Parts that share nothing with what is filled start anew. Every attribute is filled once.
std::vector<FillStep> plan_fill(const TableModel& model, const std::string& key);

/// Fills `columns` (one per attribute, all of the same length) step by step with systematic
/// rounding inside each cell of `given`. `starts[part]` are the points used where nothing is given.
void fill(const Domain& domain, const std::vector<FillStep>& steps,
          const std::vector<marginal::EvenPoints>& starts, Columns& columns, Random& random);

}  // namespace tracetwin::engine
