#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "schema/field.h"
#include "series/mix.h"

namespace tracetwin::series {

nlohmann::json to_json(const Mix& mix);

/// The inverse. Throws Error, or nlohmann's exception for a wrong type, when it is not what
/// to_json() gives for these fields.
Mix mix_from(const nlohmann::json& json, std::span<const Field> fields);

}  // namespace tracetwin::series
