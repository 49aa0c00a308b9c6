#pragma once

#include <functional>

#include "base/progress.h"
#include "engine/doppelganger/samples.h"
#include "pipeline/chosen_rows.h"

namespace tracetwin {

/// choose_rows() of a model that is a time-series network: chunk by chunk, in order of time. Of a
/// capture every row comes with the packets of its conversation, planned.
///
/// Without a count as many records (conversations) come out as were learned, of those in the
/// selection's time, and of these the ones that its conditions let through. Memory grows with a
/// chunk.
void choose_series_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                        const std::function<void(const ChosenRows&)>& visit);

/// The new flows of one chunk that a twin of as many records (conversations) as the job's count
/// says would have, as the networks made them.
doppelganger::Samples draw_series_flows(const TwinModel& model, const GenerateJob& job,
                                        std::size_t chunk);

}  // namespace tracetwin
