#pragma once

#include <cstdint>
#include <filesystem>

namespace tracetwin::cli {

/// Size of a regular file, 0 for anything else: what progress is measured against.
inline std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  return failed ? 0 : size;
}

}  // namespace tracetwin::cli
