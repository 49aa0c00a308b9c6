#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "engine/doppelganger/job.h"

namespace tracetwin::neural {

enum class Ending : std::uint8_t { kDone, kStopped };

/// Runs a job: reads and writes the files that engine/doppelganger/job.h names. `say` gets a line
/// of progress about once a second, and one at the end. Looks at `stopped` between iterations; when
/// it says so, writes a checkpoint and returns. Throws Error.
Ending work(const doppelganger::Job& job,
            const std::function<void(const nlohmann::ordered_json&)>& say,
            const std::function<bool()>& stopped);

}  // namespace tracetwin::neural
