#pragma once

#include <string_view>

#include "base/error.h"
#include "base/progress.h"
#include "cli/progress_line.h"

namespace tracetwin::cli {

/// How a command speaks: data on standard output, everything else on standard error.
class Console {
 public:
  /// How much goes to standard error.
  enum class Level { kQuiet, kNormal, kVerbose };

  explicit Console(Level level = Level::kNormal);

  /// Data, written through at once; throws Error when standard output refuses it.
  void out(std::string_view text);
  /// A sentence for the user, unless quiet.
  void note(std::string_view sentence);
  /// A sentence for the user, even when quiet.
  void insist(std::string_view sentence) { say(sentence); }
  /// Lines with their line breaks (or nothing), unless quiet.
  void note_block(std::string_view lines);
  /// A sentence only for --verbose.
  void detail(std::string_view sentence);
  /// "tracetwin: <what>" and the remedy on the next line; always.
  void error(std::string_view what, std::string_view remedy);

  /// Shows how far a stage is, when standard error is a terminal and the user wants notes; else
  /// empty, which rooms understand as nobody listening. Lives as long as the console.
  Progress progress();

 private:
  void say(std::string_view line);

  Level level_;
  ProgressLine line_;
};

/// Whether standard output is a pipe or socket whose reader has gone.
bool stdout_is_closed();

}  // namespace tracetwin::cli
