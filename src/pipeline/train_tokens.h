#pragma once

#include <cstdint>

#include "base/progress.h"
#include "pipeline/model.h"
#include "pipeline/private_trace.h"
#include "pipeline/series_job.h"
#include "tokens/model.h"

namespace tracetwin {

/// How a network of tokens is to be trained.
struct TokenJob {
  const SeriesJob& series;
  std::uint64_t seed = 0;
  /// Model of the epoch before, whose schemes are kept and whose networks are trained further;
  /// nullptr: none.
  const TwinModel* previous = nullptr;
};

/// Learns the records of a trace (of a capture its conversations) as tokens; `model` has its
/// vocabularies and window already. Makes the job's folder, and leaves in it tokens.bin, job.json,
/// checkpoint and best.weights, and of a capture's packets the same in "packets". Throws Error as
/// train_series() does.
tokens::TokenModel train_tokens(const PrivateTrace& trace, const TwinModel& model,
                                const TokenJob& job, const Progress& progress);

}  // namespace tracetwin
