#pragma once

#include "evaluate/columns.h"

namespace tracetwin::evaluate {

/// Reads a table of events into columns. Throws Error when it lacks one of its columns.
void read_events(FlowReader& reader, const EventColumns& events, const Progress& progress,
                 Columns& columns);

}  // namespace tracetwin::evaluate
