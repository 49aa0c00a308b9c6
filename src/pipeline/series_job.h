#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/autoregressive/job.h"
#include "engine/doppelganger/options.h"
#include "series/choose.h"

namespace tracetwin {

/// How a time-series network is to be trained.
struct SeriesJob {
  series::SchemeOptions scheme;
  doppelganger::Options options;
  /// Where samples and checkpoints are kept while it goes on. Private.
  std::filesystem::path folder;
  bool resume = false;     ///< go on from the checkpoints in `folder`
  double fine_tuning = 4;  ///< chunks behind the first get iterations / this, from its weights
  autoregressive::Options tokens;   ///< of engines of tokens, instead of `scheme` and `options`
  bool independent = false;         ///< every chunk from scratch
  double max_seconds = 0;           ///< of wall time for all chunks; 0 = no limit
  std::uint64_t keep_every = 1000;  ///< iterations between candidates for the model
  std::string device = "cpu";
};

}  // namespace tracetwin
