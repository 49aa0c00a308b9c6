#pragma once

#include "pipeline/private_trace.h"
#include "work/ranks.h"

namespace tracetwin {

/// The columns of flow records that the ranks have read, one behind the other by rank, and what
/// they skipped; at all of them. Memory: a few MiB beside the columns.
PrivateTrace joined(PrivateTrace own, const work::Ranks& ranks);

}  // namespace tracetwin
