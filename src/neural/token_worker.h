#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "engine/autoregressive/job.h"
#include "neural/worker.h"

namespace tracetwin::neural {

/// As work() of worker.h, for a job of engine/autoregressive/job.h.
Ending work_on_tokens(const autoregressive::Job& job,
                      const std::function<void(const nlohmann::ordered_json&)>& say,
                      const std::function<bool()>& stopped);

}  // namespace tracetwin::neural
