#pragma once

#include <span>

#include "base/random.h"

namespace tracetwin::autoregressive {

/// Replaces scores by exp(score - largest), to 2e-5 of each, and what is below 1e-37 by about that.
/// The same numbers whatever the processor's vectors are.
void exponentiate(std::span<float> scores);

/// Index drawn in proportion to `shares` (all >= 0, some > 0).
std::size_t choose(std::span<const float> shares, Random& random);

}  // namespace tracetwin::autoregressive
