#pragma once

#include <filesystem>

namespace tracetwin {

/// Makes a folder of a training that nobody but its owner may look into, since samples are private.
/// Throws Error.
void make_work_folder(const std::filesystem::path& folder);

}  // namespace tracetwin
