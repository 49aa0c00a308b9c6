#pragma once

#include <cstdint>

#include "base/progress.h"
#include "engine/doppelganger/samples.h"
#include "pipeline/model.h"
#include "pipeline/private_trace.h"
#include "pipeline/series_job.h"
#include "work/ranks.h"

namespace tracetwin {

/// Learns the flows of a trace; `model` has its vocabularies already. Makes the folder, and leaves
/// in it samples.bin, job.json, checkpoint and kept/ for each chunk (chunk-0, chunk-1, …): which
/// weights are taken is select_checkpoint.h's matter, so the result has none yet. `ranks` share the
/// chunks, and see one folder. Throws
/// Error when the worker fails, when a network's numbers are no longer finite, and when a folder to
/// be resumed holds the training of something else.
series::SeriesModel train_series(const PrivateTrace& trace, const TwinModel& model,
                                 const SeriesJob& job, const work::Ranks& ranks, std::uint64_t seed,
                                 const Progress& progress);

/// What a chunk's networks were trained on.
doppelganger::Samples samples_of_chunk(const SeriesJob& job, std::size_t chunk);

}  // namespace tracetwin
