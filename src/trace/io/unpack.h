#pragma once

#include <memory>

#include "trace/io/byte_source.h"

namespace tracetwin {

/// Unpacks gzip (RFC 1952), any number of members. Zero bytes behind the last member are padding;
/// anything else there is damage.
std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed);

/// Unpacks zstd (RFC 8878), any number of frames, skippable ones included. Frames that need a
/// window above 128 MiB are refused as damage.
std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed);

}  // namespace tracetwin
