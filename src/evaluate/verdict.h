#pragma once

#include "evaluate/report.h"

namespace tracetwin::evaluate {

/// Judges each metric by its distance from the floor (without one: from the best end of its
/// range), each section by its metrics, and says it all in three lines.
void judge(Result& result);

}  // namespace tracetwin::evaluate
