#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "dp/counts.h"

namespace tracetwin::dp {

using KeyCount = std::pair<Key, std::int64_t>;

/// Binomial(trials, p) by inversion, for trials * p up to about 30; exact but for 2^-53 in total
/// variation.
std::uint64_t draw_binomial(NoiseSource& noise, double trials, double p);

/// The empty cells of a domain of 2^log2_cells whose noise alone reaches `threshold`, with that
/// noise: as many as noising each of them would give, without looking at each. `present`: the
/// non-empty cells. `draw_key` draws a cell of the domain uniformly; throws Error when it keeps
/// returning cells that are taken (uniform draws do so with probability below e^-64).
std::vector<KeyCount> draw_false_cells(std::span<const KeyCount> present, double log2_cells,
                                       const std::function<Key(NoiseSource&)>& draw_key,
                                       const Sigma2& sigma2, std::int64_t threshold,
                                       NoiseSource& noise);

}  // namespace tracetwin::dp
