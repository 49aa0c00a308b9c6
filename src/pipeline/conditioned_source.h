#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/marginal/conditioned.h"
#include "pipeline/model.h"
#include "pipeline/selection.h"
#include "where/condition.h"
#include "where/field_draw.h"

namespace tracetwin {

/// What the rows of one stretch of a twin's time are drawn from.
struct ConditionedSource {
  Stretch stretch;
  /// By field of the schema; null where nothing is asked. Their vocabularies are the model's.
  std::vector<std::shared_ptr<const FieldDraw>> draws;
  engine::TableModel table;
  double records = 0;  ///< that the model estimates the stretch to hold, > 0
};

/// The sources of all stretches that hold records. `model` must outlive them. Throws Error that
/// names the fields, and the conditions on them, when no record satisfies all `conditions`; those
/// on the time are in `parts` already.
std::vector<ConditionedSource> conditioned_sources(const TwinModel& model,
                                                   std::span<const Condition> conditions,
                                                   std::span<const Stretch> parts);

}  // namespace tracetwin
