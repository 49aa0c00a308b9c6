#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "dp/noise.h"

namespace tracetwin::engine {

/// Differentially private training: noisy sums of clipped slopes over Poisson batches
/// (neural/private_sum.h).
struct PrivateTraining {
  double sampling_rate = 0;     ///< q of the Poisson batches
  double noise_multiplier = 0;  ///< sigma, of the clip norm
  double clip_norm = 1;
  std::uint64_t steps = 0;                          ///< noisy sums that were paid for
  std::optional<std::uint64_t> insecure_test_seed;  ///< of the noise
  std::string key_file = {};  ///< where the noise's key is kept (dp/kept_key.h); may be empty
  std::optional<dp::NoiseKey> key = {};  ///< what the worker has found there; never written
};

nlohmann::ordered_json to_json(const PrivateTraining& privacy);
/// The inverse. Throws Error naming the key that is missing or no number.
PrivateTraining parse_private_training(const nlohmann::json& json);

/// Throws Error naming what cannot be: a rate outside (0, 1], a clip norm or noise that is not
/// above 0 (no noise is for tests, under their seed).
void check(const PrivateTraining& privacy);

}  // namespace tracetwin::engine
