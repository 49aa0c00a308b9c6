#pragma once

#include <string>

#include "schema/field.h"
#include "where/condition.h"

namespace tracetwin {

/// The keys of a field, or of one number of a pair, that a condition means. `texts` are a
/// category's. Throws Error that names the condition, the value and what was expected.
KeySet keys_of(const Where& where, const Field& field, std::span<const std::string> texts);

}  // namespace tracetwin
