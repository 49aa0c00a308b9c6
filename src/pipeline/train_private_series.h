#pragma once

#include <filesystem>

#include "base/progress.h"
#include "dp/ledger.h"
#include "pipeline/model.h"
#include "pipeline/private_trace.h"
#include "pipeline/unit_bound.h"
#include "series/model.h"

namespace tracetwin {

/// train_series() under a budget. Nothing that it makes depends on the trace but through the
/// ledger: codes are those of the vocabularies, times lie in the window, flows are no longer than
/// what a unit may have, how many there are is released, and real flows meet the critics in noisy
/// sums of clipped slopes only (neural/private_critic.h). All training before that is on a public
/// trace or on a private twin, which cost nothing more:
///   1. `pay_for_critics` before anything is measured, since its price must not depend on it;
///   2. `pretraining` is the public trace, or the twin that another model, paid for already, made;
///   3. `train_private_series` trains on that without noise, and goes on with the real trace.
/// A unit is a conversation: a flow log's flows of both directions together.

/// Of the whole budget; with a public trace nothing else of it goes to joint marginals.
inline constexpr double kCriticShare = 0.4;
inline constexpr double kCriticShareAlone = 0.6;
inline constexpr double kFlowCountShare = 0.01;

/// Throws Error on what cannot be had with a guarantee: several chunks, other units than flows,
/// the published coding, networks that look at the trace beside the critics, resuming.
void check_private_series(const TrainJob& job, const UnitBound& bound);

/// The noise multiplier of the steps that the job asks for.
double pay_for_critics(const SeriesJob& job, dp::Ledger& ledger);

/// The trace to train on without noise: job.series.pretraining, or what `model`, a model of tables,
/// generates. Throws Error when its columns are not the trace's.
PrivateTrace pretraining(const TrainJob& job, const TwinModel& model, const PrivateTrace& trace,
                         const Progress& progress);

/// Where the flows of step 2 lie afterwards, as samples.
std::filesystem::path open_samples(const SeriesJob& job);

series::SeriesModel train_private_series(const PrivateTrace& trace, const PrivateTrace& pretraining,
                                         const TwinModel& model, const TrainJob& job,
                                         const UnitBound& bound, double noise_multiplier,
                                         dp::Ledger& ledger, const Progress& progress);

}  // namespace tracetwin
