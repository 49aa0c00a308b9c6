#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "trace/io/byte_source.h"

namespace tracetwin {

/// Lines of a file as if they were a file of their own: its first `head` bytes, then those of
/// [begin, end). Not unpacked. Throws Error when the file cannot be read.
std::unique_ptr<ByteSource> range_source(const std::filesystem::path& path, std::uint64_t head,
                                         std::uint64_t begin, std::uint64_t end);

/// Where the first line begins at or behind `place`; the file's size when there is none. Throws
/// Error.
std::uint64_t line_at(const std::filesystem::path& path, std::uint64_t place);

/// Of the bytes [begin, end) of a file.
struct LineFacts {
  std::uint64_t lines = 0;  ///< that end there
  bool quotes = false;      ///< whether there is a double quote, inside which a line need not end
};
LineFacts line_facts(const std::filesystem::path& path, std::uint64_t begin, std::uint64_t end);

}  // namespace tracetwin
