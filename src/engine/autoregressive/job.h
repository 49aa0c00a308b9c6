#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "engine/autoregressive/layout.h"
#include "engine/private_training.h"

namespace tracetwin::autoregressive {

/// Shape and schedule of the network. With NetShare-sized traces (30,000 records) it overfits after
/// a few passes, so `hold_out` and `patience` decide when it ends.
struct Options {
  std::uint32_t embedding = 16;  ///< numbers that a token's value becomes
  std::uint32_t hidden = 128;    ///< units of each token's hidden layer

  std::uint32_t batch_size = 256;
  std::uint32_t most_passes = 60;  ///< over the training records
  double rate = 3e-3;
  double decay = 0.01;     ///< of weights, decoupled (AdamW, Loshchilov and Hutter 2019)
  double average = 0.998;  ///< decay of the running mean of the weights, which is what is kept
  /// How often a field is kept from the tokens behind it. At least 0.15 of conversations, at most
  /// 0.03 of their packets.
  double dropout = 0.03;
  double hold_out = 0.08;          ///< part of the records, by whole groups, that only judge
  std::uint32_t judge_every = 60;  ///< steps
  std::uint32_t patience = 3;      ///< judgements without a better one after which training ends
};

/// What the worker executable is asked to do. Files in `folder`:
///   tokens.bin    read     records.h
///   start.weights read, may be absent: those to begin with
///   checkpoint    written from time to time, read when `resume`
///   best.weights  written at the end: the averaged weights that judged best
/// Of private training (neural/private_tokens.h), which cannot be resumed, only
///   tokens.bin    read; a group is a unit of privacy
///   start.weights read: those to go on from
///   best.weights  written at the end: the averaged weights
struct Job {
  std::filesystem::path folder;
  Layout layout;
  Options options;
  std::uint64_t seed = 0;
  bool resume = false;
  std::uint64_t checkpoint_every = 500;  ///< steps
  double max_seconds = 0;                ///< 0 = no limit
  std::string device = "cpu";
  std::optional<engine::PrivateTraining> privacy;
  double expected_batch = 0;  ///< of private training: public, what noisy sums are divided by
};

/// "kind" of such a job in its file.
inline constexpr const char* kJobKind = "autoregressive";

nlohmann::ordered_json to_json(const Options& options);
/// Throws Error on options that no network can have, or nlohmann's exception.
Options parse_options(const nlohmann::json& json);

nlohmann::ordered_json to_json(const Job& job);
Job parse_job(const nlohmann::json& json);

}  // namespace tracetwin::autoregressive
