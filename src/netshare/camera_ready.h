#pragma once

#include <vector>

#include "netshare/notes.h"
#include "netshare/value.h"

namespace tracetwin::netshare {

/// True for a JSON dump of the configuration of the paper's scripts.
bool is_camera_ready(const Json& json);

/// The dump in today's sections, once for each object of its `test_config`, whose members are all
/// lists that a grid goes over. What is outside the grid is the same in all of them, or Error.
/// Declared ranges of time are in a section of their own, `public_times`.
std::vector<Json> from_camera_ready(const Json& dump, Notes& notes);

}  // namespace tracetwin::netshare
