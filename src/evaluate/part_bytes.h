#pragma once

#include <string>
#include <string_view>

#include "evaluate/suite.h"

namespace tracetwin::evaluate {

/// What a scorer found as bytes, for another process or a work folder; parse_part() gives it back
/// to the last bit. Throws Error when the bytes end too early.
std::string bytes_of(const Part& part);
Part parse_part(std::string_view bytes);

}  // namespace tracetwin::evaluate
