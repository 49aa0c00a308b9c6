#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::work {

/// CRC-32 (ISO 3309, as in zip files) of bytes.
std::uint32_t checksum(std::string_view bytes);

/// Writes a file that find_record() reads back: whole or not at all, whatever happens meanwhile,
/// and on the disk when this returns. Throws Error.
void keep_record(const std::filesystem::path& path, std::string_view bytes);

/// What keep_record() wrote there; nothing when there is no such file. Throws Error when the file
/// is damaged.
std::optional<std::string> find_record(const std::filesystem::path& path);

/// Entries that are appended one after the other. An entry is on the disk when add() returns; one
/// that was cut off by the end of its process was never returned, and is dropped.
class Journal {
 public:
  /// Opens the file, or makes it. Throws Error when it cannot, and when an entry is damaged that
  /// is not the last one.
  explicit Journal(std::filesystem::path path);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  const std::vector<std::string>& entries() const { return entries_; }
  /// Throws Error.
  void add(std::string_view entry);

 private:
  std::filesystem::path path_;
  std::vector<std::string> entries_;
  int file_ = -1;
};

/// How many whole entries a journal holds, without touching it. Throws Error.
std::size_t entries_in(const std::filesystem::path& journal);

}  // namespace tracetwin::work
