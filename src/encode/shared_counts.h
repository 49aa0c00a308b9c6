#pragma once

#include "base/packed_column.h"
#include "dp/counts.h"
#include "work/ranks.h"

namespace tracetwin {

/// The values of a column that this rank counts where several count together: each has others, and
/// together they have all.
PackedColumn own_part(const PackedColumn& column, const work::Ranks& ranks);

/// The sums of what the ranks have counted, at all of them. Private, like the counts.
dp::KeyCounts united(const dp::KeyCounts& own, const work::Ranks& ranks);

}  // namespace tracetwin
