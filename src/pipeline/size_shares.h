#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "tokens/model.h"

namespace tracetwin {

/// Conversations that are drawn for each one that is kept.
inline constexpr std::size_t kCandidatesEach = 4;

/// `real`: the conversations learned from; `made`: those that the network makes. Classes are as
/// fine as there are real conversations for.
tokens::SizeShares size_shares(std::span<const tokens::Magnitude> real,
                               std::span<const tokens::Magnitude> made);

/// Which `count` of the candidates are kept, ascending: in proportion to what their sizes are short
/// of, one step of chance over all of them in order of size (systematic sampling), so that the
/// largest come as often as they should, not as chance has it.
std::vector<std::size_t> keep_by_size(std::span<const tokens::Magnitude> candidates,
                                      std::size_t count, const tokens::SizeShares& sizes,
                                      Random& random);

}  // namespace tracetwin
