#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/doppelganger/samples.h"
#include "pipeline/model.h"

namespace tracetwin {

/// Calibrates the generator of one of model.series' chunks to the flows of `samples`
/// (engine/doppelganger/calibrate.h). As private as these.
void calibrate_to_flows(series::SeriesModel& series, std::size_t chunk,
                        const doppelganger::Samples& samples, std::uint64_t seed);

/// The same once more, now to what a twin has: records instead of flows, and without the flows that
/// cannot be and are drawn again.
void calibrate_to_records(TwinModel& model, std::size_t chunk, const doppelganger::Samples& samples,
                          std::uint64_t seed, unsigned threads);

}  // namespace tracetwin
