#pragma once

#include <cstdint>
#include <utility>

#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Two parts of a trace that have no row in common, drawn by `seed`; the second has half of the
/// rows but at most `most` (captures: about). Flow logs are divided by record, captures by
/// conversation, since half of a conversation is none.
std::pair<Columns, Columns> halves(const Columns& all, std::size_t most, std::uint64_t seed);

}  // namespace tracetwin::evaluate
