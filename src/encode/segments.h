#pragma once

#include <cstdint>
#include <vector>

#include "dp/counts.h"
#include "encode/codec.h"

namespace tracetwin {

/// Cells first … first + cells - 1 of a codec's last level.
struct Run {
  Key first = 0;
  std::uint32_t cells = 1;
};

/// Divides the last level of a codec by its released counts into runs of neighbours that share a
/// code, in order: where the counts follow the codec's prior up to their noise, one run is enough.
/// The division minimises the squared distance of the counts from multiples of the prior plus
/// kSplitCost sigma^2 a run, by dynamic programming; it is exact. Runs that do not stand out from
/// the noise are left out (`false_cells` of an empty domain would stay, fewer where they do harm),
/// but for neighbours that do so together, where values do not lie in a line, and for runs above
/// one sigma between two that do, and for thin ends, where values lie in a line; there no run keeps
/// more than one kParts-th of all records. When nothing stands out, one run is left: of all values
/// in the line that do no harm, or the codec's quiet cell. Post-processing of `noisy`: costs
/// nothing.
std::vector<Run> segments(const Codec& codec, const dp::NoisyCounts& noisy, double false_cells);

}  // namespace tracetwin
