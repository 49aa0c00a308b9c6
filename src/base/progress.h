#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace tracetwin {

/// How far a stage is. `total` is 0 when it is not known.
struct ProgressEvent {
  std::string_view stage;  ///< such as "reading", "training"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::string_view unit;  ///< such as "packets", "rounds", "bytes"
};

/// Rooms report progress through this and never print. Empty: nobody listens. Called from the
/// thread that runs the stage, at most a few thousand times a second.
using Progress = std::function<void(const ProgressEvent&)>;

}  // namespace tracetwin
