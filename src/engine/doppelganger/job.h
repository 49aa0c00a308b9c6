#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/options.h"
#include "engine/private_training.h"

namespace tracetwin::doppelganger {

using engine::PrivateTraining;  ///< of the critics

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
