#pragma once

#include <cstdint>

#include "engine/doppelganger/calibrate.h"

namespace tracetwin::doppelganger {

/// A generator as calibrated() makes it, with choices of records, and ends of flows, right for
/// every single option of one of the flow's choices, such as its protocol: a critic is slow to see
/// that a rare one has labels and lengths of its own. Lengths come out right record by record. The
/// network gets weights kShifts, kLastShifts and kShiftsAt (sampler.h). Options that fewer than 50
/// of `samples` have share what the others have, unshifted. Not private: looks at exact counts of
/// the samples.
///
/// `given` is the name of the output among the attributes; where there is no such choice, and where
/// lengths are given, the weights come back as they were. Depends on nothing but the arguments.
engine::Weights calibrated_given(const engine::Weights& weights, const Layout& layout,
                                 const Options& options, std::uint32_t most_records,
                                 const Samples& samples, const char* given, std::uint64_t seed);

}  // namespace tracetwin::doppelganger
