#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/stream_source.h"
#include "cli/work_options.h"
#include "stream/state.h"

namespace tracetwin::cli {

/// What `tracetwin stream` is told.
struct StreamOptions {
  TrainOptions train;
  SeedOptions seed;
  SourceOptions source;
  std::string out;
  std::optional<std::uint64_t> horizon;
  double memory = 0.5;
  bool retune = false;
  std::int64_t retune_time_ns = 120'000'000'000;
};

/// Throws Error for options that contradict each other or the source; before anything is written.
void check_stream(const StreamOptions& options);

/// The output folder, made with what every stream has in it.
std::filesystem::path folder_of(const StreamOptions& options);

/// What the owner alone may see under a budget: scores and names are in it.
std::filesystem::path state_path(const StreamOptions& options);

/// Where the stream of the folder is, or the beginning of a new one. Throws Error for a folder that
/// holds anything else.
stream::State state_of(const StreamOptions& options, Context& context);

}  // namespace tracetwin::cli
