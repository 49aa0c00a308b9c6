#pragma once

#include "evaluate/report.h"

namespace tracetwin::evaluate {

/// Judges each metric by its distance from the floor (without one: from the best end of its
/// range), each section by its metrics, and says it all in three lines; also what was not looked
/// at, `quick` without the metrics that learn.
void judge(Result& result, bool quick);

}  // namespace tracetwin::evaluate
