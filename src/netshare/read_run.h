#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "netshare/run_plan.h"

namespace tracetwin::netshare {

/// Reads a configuration file, JSON or YAML by its extension, and what its `default` names. Only
/// configuration is read: of the input it is only checked that it is there. Throws Error naming
/// the file and the line and column of bad syntax, or the path of the key that is wrong.
RunPlan read_run(const std::filesystem::path& config);

/// The plan, for people and for the work folder: what is in effect, and the notes.
nlohmann::ordered_json effective(const RunPlan& plan);

}  // namespace tracetwin::netshare
