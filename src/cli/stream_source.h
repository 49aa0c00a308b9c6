#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/stream_epoch.h"
#include "intake/intake.h"
#include "stream/state.h"

namespace tracetwin::cli {

/// Where epochs come from.
struct SourceOptions {
  std::string place;          ///< a folder, a file, or "-"
  std::int64_t epoch_ns = 0;  ///< 0: not given
  std::int64_t settle_ns = 0;
  bool once = false;    ///< folders: end with what is there
  bool follow = false;  ///< files: wait for more at the end
  bool events = false;  ///< what is read is a table of events, and its windows are
  /// Public time of the epochs. Then they are all windows in it, empty ones too, one is complete
  /// when the clock says so, and each record belongs to the one that its own time says, whatever
  /// the others are: what a guarantee needs. Absent: windows end as records come.
  std::optional<Window> within;
};

class Source {
 public:
  virtual ~Source() = default;
  /// Waits for the next epoch; nothing when there will be none. Throws Error for what ends the
  /// stream.
  virtual std::optional<Epoch> next(const stream::State& state) = 0;
  /// The state behind an epoch that is done.
  virtual void pass(const Epoch& epoch, stream::State& state) = 0;
};

/// A folder's files are epochs, in order of their names; one is taken when another one is behind
/// it, or nothing was written to it for the time to settle. A file or stream is cut into windows,
/// each of which is written into `work` until it is done. Throws Error on options that do not fit
/// the place.
std::unique_ptr<Source> open_source_of_epochs(const SourceOptions& options, const Intake& intake,
                                              const std::filesystem::path& work);

bool is_cut_by_time(const SourceOptions& options);

}  // namespace tracetwin::cli
