#pragma once

#include <filesystem>

#include "base/progress.h"
#include "pipeline/model.h"
#include "pipeline/series_job.h"
#include "trace/format/format.h"

namespace tracetwin {

/// One choice of weights for all chunks.
struct Candidate {
  std::string name;  ///< "iteration 2000"
  std::vector<engine::Weights> chunks;
};

/// Which checkpoints a training left in the job's folder, the same part of the way in every chunk;
/// the last `job.candidates` of them, in order, but for those with a generator that has collapsed
/// (collapse.h). Unless the job says otherwise, calibrated to the chunk's flows
/// (engine/doppelganger/calibrate.h). Throws Error when none is left.
std::vector<Candidate> candidates_in(const SeriesJob& job, const series::SeriesModel& model,
                                     std::uint64_t seed);

/// Gives `model.series` the candidate whose twin, of as many records as `real` has (as `open` reads
/// it), `tracetwin evaluate` ranks first by what needs no learning, and notes the ranking in it.
/// With several chunks each is ranked alone, too, and what did best in each, put together, is one
/// more candidate. Twins are written into `folder` and removed. Looks at private data: for models
/// without a guarantee alone.
void select_checkpoint(TwinModel& model, std::vector<Candidate> candidates,
                       const std::filesystem::path& real, const TraceOpener& open,
                       const std::filesystem::path& folder, unsigned threads,
                       const Progress& progress);

}  // namespace tracetwin
