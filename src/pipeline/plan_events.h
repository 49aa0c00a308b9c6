#pragma once

#include "intake/intake.h"
#include "netshare/run_plan.h"
#include "schema/field.h"

namespace tracetwin {

/// Whether a configuration is about a table of events: CSV or JSON lines whose series are not those
/// of five-tuples, or whose rows are series themselves.
bool is_about_events(const netshare::RunPlan& plan);

/// Such a table's columns, as the configuration has them.
Declarations event_declarations(const netshare::RunPlan& plan);

/// How a configuration's files are read.
Intake intake_of(const netshare::RunPlan& plan, const Declarations& declarations);

}  // namespace tracetwin
