#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stream/drift.h"

namespace tracetwin::stream {

/// Where a stream is, between two epochs: all that the next epoch needs of those before, in a file
/// that is replaced as a whole. Its size does not grow with the stream.
struct State {
  std::vector<std::string> arguments;  ///< of the command, as far as the result depends on them
  std::uint64_t seed = 0;
  std::uint64_t epochs = 0;           ///< done, those that failed included
  std::int64_t from_ns = 0;           ///< of windows: the next begins here or later
  std::vector<std::string> seen;      ///< of folders: names of the last files that were taken
  std::optional<std::uint64_t> last;  ///< epoch whose model the next one goes on from
  Drift drift;
  bool below = false;           ///< the last twin did not reach the specification
  bool anew = false;            ///< the next model does not go on from the last one
  double anew_score = 0;        ///< of the last twin whose model was learned anew
  double behind_seconds = 0;    ///< see behind_after()
  std::uint64_t log_bytes = 0;  ///< of the public log that count
  std::uint64_t owner_log_bytes = 0;
  std::string config;  ///< configuration found by the stream itself; empty: that of the command
};

inline constexpr std::size_t kMostSeen = 4096;

/// Nothing when there is no such file. Throws Error when it is none of a stream.
std::optional<State> read_state(const std::filesystem::path& path);
void write_state(const State& state, const std::filesystem::path& path);

/// How far the stream would be behind a live source: an epoch that takes longer than it lasts
/// leaves the rest to the next one (Lindley's recursion).
double behind_after(double behind, double epoch_seconds, double seconds);

}  // namespace tracetwin::stream
