#pragma once

#include <filesystem>
#include <string>

namespace tracetwin {

/// All of a file. Throws Error when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace tracetwin
