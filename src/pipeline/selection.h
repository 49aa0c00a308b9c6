#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/model.h"
#include "where/condition.h"
#include "where/where.h"

namespace tracetwin {

/// Which records a twin is to hold, out of those that its model could make.
struct Selection {
  std::vector<Where> where;                 ///< all of them hold for every record
  std::optional<std::int64_t> duration_ns;  ///< that the twin covers; absent: as the model's window
  std::optional<std::int64_t> start_ns;     ///< when it begins; absent: when the window does

  bool any() const { return !where.empty() || duration_ns || start_ns; }
};

/// The time that a twin covers, beginning with its model's window moved to where the twin begins.
/// Throws Error when a duration is not positive, or the times are not possible ones
/// (trace/time_range.h).
Window twin_window(const Window& model, const Selection& selection);

/// A stretch of a twin's time that repeats the model's window, or part of it.
struct Stretch {
  std::int64_t shift_ns = 0;  ///< from the model's times to the twin's, of the first repetition
  std::uint64_t repeats = 1;  ///< so many windows behind each other
  KeySet times;               ///< of the model, that are in it: all of the window when repeats > 1
};

/// Takes the twin's time apart, in order: windows that `allowed`, times of the twin, holds whole
/// are one stretch with those behind them, windows that it cuts have one each, and those that it
/// excludes none.
std::vector<Stretch> stretches(const Window& model, const Window& twin, const KeySet& allowed);

}  // namespace tracetwin
