#pragma once

#include <nlohmann/json_fwd.hpp>

#include "schema/field.h"

namespace tracetwin {

/// {"kind": "flows" | "packets", "window": "given" | "found", "fields": [{"name", "kind", and what
/// the kind has: "values", "cells", "min", "max", "whole"}]}.
nlohmann::json schema_to_json(const Schema& schema);

/// The inverse. Throws Error, or nlohmann's exception for a wrong type, unless the fields are the
/// standard ones of the kind of trace, unchanged, and then categories and numbers with possible
/// bounds. `window` becomes schema.window if it was given.
Schema schema_from_json(const nlohmann::json& object, const Window& window);

}  // namespace tracetwin
