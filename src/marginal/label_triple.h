#pragma once

#include <cstdint>

#include "marginal/clique.h"

namespace tracetwin::marginal {

/// How far, in records (L1, rounded down), the exact counts of a triple are from what its label
/// with each of the two other attributes predicts: cell (l, a, b) holds n(l, a) n(l, b) / n(l), as
/// if a and b were independent given l. `counts` is over `triple`, row-major, of which `label` is
/// one; the predictions are its own sums. Private.
std::int64_t label_misfit(const Domain& domain, const Clique& triple, std::uint32_t label,
                          const dp::PrivateCounts& counts);

/// How much one record more or less moves it at most. The counts move by 1. Of the prediction only
/// the cells of one label move: where the record's a and b are not, down, by n(l) - n(l)^2 /
/// (n(l) + 1) < 1 in all at most; elsewhere up; and since their sum grows by 1, up by less than 2.
/// So the exact distance moves by less than 1 + 1 + 2, and rounding down, with the arithmetic's own
/// error, adds 1.
inline constexpr double kLabelMisfitSensitivity = 5;

}  // namespace tracetwin::marginal
