#pragma once

#include "pipeline/private_trace.h"
#include "trace/skips.h"
#include "work/ranks.h"

namespace tracetwin {

/// The columns of flow records that the ranks have read, one behind the other by rank, and what
/// they skipped; at all of them. Memory: a few MiB beside the columns.
PrivateTrace joined(PrivateTrace own, const work::Ranks& ranks);

/// The same of conversations, in the order in which one process would have found them.
PrivateTrace merged(PrivateTrace own, const work::Ranks& ranks);

}  // namespace tracetwin
