#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "series/model.h"

namespace tracetwin::series {

/// Binary members of a model file, by name.
using Blobs = std::map<std::string, std::string>;

/// The scheme and options as JSON; networks and embeddings become `blobs`, "chunk-0", "chunk-1", …
/// and "embedding-0", … in the form of engine/weights.h.
nlohmann::json to_json(const SeriesModel& model, Blobs& blobs);

/// The inverse. Throws Error, or nlohmann's exception for a wrong type, when it is not what
/// to_json() gives for these fields, and when the networks do not fit the scheme.
SeriesModel series_model_from(const nlohmann::json& json, const Blobs& blobs,
                              std::span<const Field> fields,
                              std::span<const Vocabulary> vocabularies);

}  // namespace tracetwin::series
