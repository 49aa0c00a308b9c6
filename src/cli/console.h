#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "cli/progress_line.h"
#include "work/log.h"
#include "work/ranks.h"

namespace tracetwin::cli {

/// How a command speaks: data on standard output, everything else on standard error.
class Console {
 public:
  /// How much goes to standard error.
  enum class Level { kQuiet, kNormal, kVerbose };

  /// `speaks`: not so for all processes of a command but the first, which only tell errors.
  explicit Console(Level level = Level::kNormal, bool speaks = true);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  /// Tells the logs that the work is done.
  ~Console();

  /// Data, written through at once; throws Error when standard output refuses it.
  void out(std::string_view text);
  /// A sentence for the user, unless quiet.
  void note(std::string_view sentence);
  /// A sentence for the user, even when quiet.
  void insist(std::string_view sentence) {
    if (speaks_) {
      say(sentence);
    }
  }
  /// Lines with their line breaks (or nothing), unless quiet.
  void note_block(std::string_view lines);
  /// A sentence only for --verbose.
  void detail(std::string_view sentence);
  /// "tracetwin: <what>" and the remedy on the next line; always.
  void error(std::string_view what, std::string_view remedy);

  /// From now on progress and what stops the command go into this file, too, as lines of JSON.
  /// Throws Error when it cannot be written.
  void log_to(const std::filesystem::path& path, const work::Ranks& ranks);
  /// Tells the logs what stopped the command.
  void log_failure(std::string_view what);

  /// Shows how far a stage is, when standard error is a terminal and the user wants notes, and
  /// tells the logs; with neither empty, which rooms understand as nobody listening. Lives as long
  /// as the console.
  Progress progress();

 private:
  void say(std::string_view line);

  Level level_;
  bool speaks_;
  ProgressLine line_;
  std::vector<std::unique_ptr<work::Log>> logs_;
  work::Ranks ranks_;
  bool failed_ = false;
};

/// Whether standard output is a pipe or socket whose reader has gone.
bool stdout_is_closed();

}  // namespace tracetwin::cli
