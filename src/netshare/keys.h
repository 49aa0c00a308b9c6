#pragma once

#include "netshare/notes.h"
#include "netshare/value.h"

namespace tracetwin::netshare {

/// Notes every key of the user's that has no effect, another effect, or is unknown; the members of
/// field lists are fields.h's. Throws Error for a section that is none.
void note_keys(const Json& own, Notes& notes);

inline constexpr std::string_view kExpand = "_expand";
/// Whether a key means anything in the section at `path`.
bool is_known(std::string_view path, std::string_view name);
/// "sample_len" of "sample_len_expand"; empty for other keys.
std::string_view expanded_key(std::string_view key);
/// As Python has it: not null, false, 0 or empty.
bool is_truthy(const Json& json);

}  // namespace tracetwin::netshare
