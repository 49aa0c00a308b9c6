#pragma once

#include <string_view>

namespace tracetwin {

/// What a file is that begins with these bytes, if it is of a well-known kind that is no trace
/// format of ours ("a zip archive"); else empty.
std::string_view foreign_kind(std::string_view head);

/// What to do about such a file; empty when there is nothing particular.
std::string_view foreign_remedy(std::string_view head);

}  // namespace tracetwin
