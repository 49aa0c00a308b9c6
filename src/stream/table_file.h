#pragma once

#include <filesystem>

#include "trace/reader.h"

namespace tracetwin::stream {

/// Writes what a table of events holds as CSV: its columns, which are the further ones of the
/// reader, as their texts are. Throws Error when the file cannot be written.
void write_table(FlowReader& reader, const std::filesystem::path& path);

}  // namespace tracetwin::stream
