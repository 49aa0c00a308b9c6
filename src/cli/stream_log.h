#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/stream_epoch.h"
#include "stream/state.h"

namespace tracetwin::cli {

/// What is logged of an epoch.
struct EpochLine {
  Epoch epoch;
  std::optional<EpochResult> result;  ///< nothing: it was left out
  std::string fault;                  ///< why
  std::string tuned;                  ///< configuration found on it; empty: none
  double seconds = 0;
  double behind_seconds = 0;
};

/// One line for the terminal.
std::string epoch_text(const EpochLine& line);

/// stream.jsonl, a line of JSON an epoch (docs/tune_and_stream.md). Under a budget there are two:
/// the one beside the twins says nothing that the budget does not cover, the owner's says all.
class StreamLog {
 public:
  /// What a run that was ended wrote behind `state` is taken away.
  StreamLog(const std::filesystem::path& out, const std::filesystem::path& owner,
            const stream::State& state);
  /// Writes the lines, and how long the logs are then into `next`.
  void add(const EpochLine& line, const StreamPlan& plan, stream::State& next) const;

 private:
  std::filesystem::path public_;
  std::filesystem::path owner_;
};

}  // namespace tracetwin::cli
