#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "dp/noise.h"

namespace tracetwin::dp {

/// Keys of noise that is too long to be kept itself, in a file. Whoever goes on with work that was
/// ended draws with the same key the very noise that the ended work drew, so that it was drawn
/// once, and paid for once. The file is as private as what the noise hides.
///
/// A key is for `what` alone: all that the noise is added to, byte for byte. The file tells it by a
/// hash (BLAKE2b), so that no key is ever used for two different sums.

/// The key that the file has for `what`; nothing when it has none, or one for something else.
/// Throws Error when the file cannot be read or is damaged.
std::optional<NoiseKey> kept_key(const std::filesystem::path& file,
                                 std::span<const std::string_view> what);

/// Draws a key from the operating system, in the place of what the file has; it is on disk when
/// this returns. Throws Error when it cannot be written.
NoiseKey new_key(const std::filesystem::path& file, std::span<const std::string_view> what);

}  // namespace tracetwin::dp
