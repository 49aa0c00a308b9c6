#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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
  std::optional<std::uint64_t> epochs;  ///< passes over each chunk, instead of iterations
  /// All networks to begin the first chunk with: `all.weights` of another training.
  std::optional<std::filesystem::path> start;
  /// The scheme of that training, which is kept but for its chunks; nullptr: one is chosen.
  const series::Scheme* scheme_before = nullptr;
  bool skip_first = false;   ///< the first chunk's training is in `folder` already
  bool resume = false;       ///< go on from the checkpoints in `folder`
  double fine_tuning = 4;    ///< chunks behind the first get iterations / this, from its weights
  bool independent = false;  ///< every chunk from scratch
  autoregressive::Options tokens;  ///< of engines of tokens, instead of `scheme` and `options`
  bool keep_rare = false;          ///< of engines of tokens: lists hold values of single records
  double max_seconds = 0;          ///< of wall time for all chunks; 0 = no limit
  std::uint64_t checkpoint_every = 500;  ///< iterations between what can be resumed
  std::uint64_t keep_every = 1000;       ///< iterations between candidates for the model
  /// So many of the last checkpoints are compared on the trace by `evaluate`; 1 = take the last.
  std::size_t candidates = 6;
  /// A chunk's training ends when so many of its kept generators in a row came no nearer to the
  /// trace (engine/doppelganger/plateau.h); 0 = never.
  std::uint64_t patience = 6;
  /// Whether the last layers' biases are solved for (engine/doppelganger/calibrate.h).
  bool calibrate = true;
  // Private training (pipeline/train_private_series.h):
  /// Public trace to train on beforehand; absent: what the marginal engine makes of the private
  /// one.
  std::optional<std::filesystem::path> pretraining;
  std::uint64_t private_iterations = 500;  ///< generator steps whose critics see real flows
  double sampling_rate = 0.02;             ///< of a critic step's batch, in (0, 1]
  double clip_norm = 1;                    ///< of a unit's slope
  std::string device = "cpu";
  unsigned workers = 0;  ///< chunks trained side by side; 0: one a processor
};

}  // namespace tracetwin
