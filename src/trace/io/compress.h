#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/atomic_file.h"

namespace tracetwin {

/// Which compression a path asks for by its last suffix: ".gz" gzip, ".zst" zstd, else none.
enum class Compression { kNone, kGzip, kZstd };
Compression compression_of(const std::filesystem::path& path);
/// `path` without the suffix that compression_of() read.
std::filesystem::path without_compression(const std::filesystem::path& path);

/// A sink that compresses into `inner`; commit() ends the stream and commits `inner`.
std::unique_ptr<ByteSink> compress_into(std::unique_ptr<ByteSink> inner, Compression compression);

}  // namespace tracetwin
