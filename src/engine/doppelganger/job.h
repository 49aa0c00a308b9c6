#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/options.h"

namespace tracetwin::doppelganger {

/// Differentially private training of the critics; see neural/private_critic.h.
struct PrivateTraining {
  double sampling_rate = 0;     ///< q of the Poisson batches
  double noise_multiplier = 0;  ///< sigma, of the clip norm
  double clip_norm = 1;
  std::uint64_t steps = 0;                          ///< critic steps that were paid for
  std::optional<std::uint64_t> insecure_test_seed;  ///< of the noise
};

/// What the worker executable `tracetwin-neural` is asked to do, as a JSON file: train one chunk's
/// networks on the samples of a file. All files are in `folder`:
///   samples.bin            read        samples.h
///   start.weights          read, may be absent: weights to begin with, all networks (fine-tuning)
///   checkpoint             written from time to time, read when `resume`: weights, optimisers,
///                          state of the random numbers, iteration
///   kept/ITERATION.weights written every `keep_every` iterations and at the end: the generator
///   fidelity.json          written, and read when `resume`, unless `privacy`: plateau.h
///   all.weights            written at the end: all networks, to start others from
struct Job {
  std::filesystem::path folder;
  Layout layout;
  Options options;
  std::uint32_t most_records = 1;  ///< longest flow, in records
  std::uint64_t seed = 0;
  bool resume = false;
  std::uint64_t checkpoint_every = 500;
  std::uint64_t keep_every = 1000;
  /// It ends when so many kept generators came no nearer to the samples (plateau.h); 0 = never.
  std::uint64_t patience = 0;
  double max_seconds = 0;  ///< 0 = no limit; then it ends as if it were done
  std::string device = "cpu";
  std::optional<PrivateTraining> privacy;
};

/// Every option by its name; the inverse throws Error naming the key that is missing or has the
/// wrong type.
nlohmann::ordered_json to_json(const Options& options);
Options parse_options(const nlohmann::json& json);

nlohmann::ordered_json to_json(const Job& job);
/// Throws Error naming the key that is missing or has the wrong type.
Job parse_job(const nlohmann::json& json);

}  // namespace tracetwin::doppelganger
