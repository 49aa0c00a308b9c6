#pragma once

#include <cstdint>

#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Mean error of the share of records that fit a random condition on each of three fields, over
/// 1,000 such queries of at most 20,000 records.
double query_error(const Pair& pair, std::uint64_t seed);

}  // namespace tracetwin::evaluate
