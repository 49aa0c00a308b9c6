#pragma once

#include <memory>
#include <string>

#include "trace/io/byte_source.h"

namespace tracetwin {

/// Reads the object at an s3:// URL, 8 MiB at a time, as one version of it: Error when it changes
/// meanwhile, and for what s3/client.h says.
std::unique_ptr<ByteSource> object_source(const std::string& url);

}  // namespace tracetwin
