#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Two parts of a trace that have no row in common.
struct Halves {
  Columns first;
  Columns second;
  std::string divided;  ///< "records", "conversations" or "time"
};

/// Halves drawn by `seed`; the second has half of the rows but at most `most` (captures: about).
/// Flow logs are divided by record, captures by conversation, since half of a conversation is none.
/// Where few conversations hold most packets, so that no drawing of whole ones comes near a half,
/// captures are cut in the middle of their packets.
Halves halves(const Columns& all, std::size_t most, std::uint64_t seed);

/// About `count` rows of a trace, drawn in the same way, ascending; all when it has no more. A
/// capture of few conversations gives successive packets.
std::vector<std::uint32_t> drawn_rows(const Columns& all, std::size_t count, std::uint64_t seed);

}  // namespace tracetwin::evaluate
