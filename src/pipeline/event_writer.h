#pragma once

#include <memory>

#include "base/atomic_file.h"
#include "schema/field.h"
#include "trace/writer.h"

namespace tracetwin {

/// Writes the records of a table of events as CSV: the columns that it was learned from, in their
/// order, times in its unit. `schema` has `events`. Batches have extra_names(schema).
std::unique_ptr<FlowWriter> make_event_writer(const Schema& schema, ByteSink& sink);

}  // namespace tracetwin
