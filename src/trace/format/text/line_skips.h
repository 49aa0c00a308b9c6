#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "trace/io/byte_source.h"
#include "trace/skips.h"

namespace tracetwin {

/// "18 fields instead of 11", for Skips.
std::string wrong_width(std::size_t fields, std::size_t wanted);

/// Counts the early end of a compressed stream, if there was one, at line `line`.
void add_source_damage(Skips& skips, const Buffered& input, std::uint64_t line);

}  // namespace tracetwin
