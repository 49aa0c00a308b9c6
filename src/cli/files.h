#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tracetwin::cli {

/// Size of a regular file, 0 for anything else: what progress is measured against.
inline std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  return failed ? 0 : size;
}

/// Of several, 0 when one of them is no regular file.
inline std::uint64_t size_of(const std::vector<std::filesystem::path>& paths) {
  std::uint64_t sum = 0;
  for (const auto& path : paths) {
    const std::uint64_t size = size_of(path);
    if (size == 0) {
      return 0;
    }
    sum += size;
  }
  return sum;
}

}  // namespace tracetwin::cli
