#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "trace/io/byte_source.h"

namespace tracetwin::stream {

/// A file that something else still writes: at its end reading waits for more. Not unpacked. Ends
/// when `settle_ns` > 0 and nothing came for so long, or when `is_over` says so. Throws Error when
/// it cannot be read, and when it becomes shorter.
std::unique_ptr<ByteSource> growing_file(const std::filesystem::path& path, std::int64_t settle_ns,
                                         std::function<bool()> is_over = {});

/// Whether nothing was written to a file for `settle_ns`.
bool has_settled(const std::filesystem::path& path, std::int64_t settle_ns);

}  // namespace tracetwin::stream
