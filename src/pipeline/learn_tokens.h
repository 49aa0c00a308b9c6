#pragma once

#include <cstdint>
#include <filesystem>

#include "base/progress.h"
#include "engine/autoregressive/job.h"
#include "engine/autoregressive/records.h"
#include "engine/weights.h"
#include "pipeline/series_job.h"

namespace tracetwin {

/// One network of tokens and the folder it is trained in.
struct TokenTraining {
  std::filesystem::path folder;
  autoregressive::Layout layout;
  autoregressive::Options options;
  double max_seconds = 0;                  ///< 0 = no limit
  const engine::Weights* start = nullptr;  ///< of an earlier network of this layout, to go on from
};

/// Trains it in the worker executable, which is given tokens.bin and leaves checkpoint and
/// best.weights; goes on with such a training when the job says so. Throws Error as run_worker()
/// does, and when another training is in the folder.
engine::Weights learn_tokens(const autoregressive::Records& records, const TokenTraining& training,
                             const SeriesJob& job, std::uint64_t seed, const Progress& progress);

}  // namespace tracetwin
