#pragma once

#include <string>

#include "trace/flow.h"
#include "trace/format/text/values.h"

namespace tracetwin {

/// Why a line of a flow log is left out: a value that is none of its kind, or a flow that does not
/// end before 2262 (64 bits of nanoseconds hold no later time). Empty when it can be used.
std::string fault_of(const FlowRecord& record, const Values& values);

}  // namespace tracetwin
