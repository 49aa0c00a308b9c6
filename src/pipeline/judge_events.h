#pragma once

#include "evaluate/evaluate.h"
#include "schema/field.h"

namespace tracetwin {

/// How evaluation reads tables of events that a schema file declares; nothing of other traces.
void judge_events(const Declarations& declarations, evaluate::EvaluateJob& job);
/// The same of a model's twins and what it was learned from.
void judge_events(const Schema& schema, evaluate::EvaluateJob& job);

}  // namespace tracetwin
