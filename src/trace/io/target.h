#pragma once

#include <filesystem>
#include <memory>

#include "base/atomic_file.h"

namespace tracetwin {

/// Where a command's results go: a file, a stream, a device or "-" (base/atomic_file.h), or an
/// object s3://bucket/key (s3/upload.h); all or nothing in any case but streams and devices.
/// Throws Error as open_target() would, without touching anything.
void check_target(const std::filesystem::path& path, bool force);
std::unique_ptr<ByteSink> open_target(const std::filesystem::path& path, bool force);
/// Removes what open_target() wrote; for clearing up, so it does not throw.
void remove_target(const std::filesystem::path& path) noexcept;

}  // namespace tracetwin
