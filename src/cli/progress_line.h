#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "base/progress.h"

namespace tracetwin::cli {

/// One line of a terminal that is rewritten in place, at most ten times a second. Coloured unless
/// $NO_COLOR is set.
class ProgressLine {
 public:
  /// Writes to `stream` when `shown`, else nothing at all.
  ProgressLine(std::FILE* stream, bool shown);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool shown() const { return shown_; }
  void update(const ProgressEvent& event);
  /// Takes the line away, so that other text can be written.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::FILE* stream_;
  bool shown_;
  bool coloured_;
  bool visible_ = false;
  std::string stage_;
  Clock::time_point stage_began_;
  Clock::time_point last_drawn_;
};

/// "reading    42 %  ████        12,345,678 packets  3.2 s": what the line says, without colour.
/// Without a total there is no bar.
std::string describe(const ProgressEvent& event, std::chrono::nanoseconds elapsed);

}  // namespace tracetwin::cli
