#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/marginal/table_model.h"

namespace tracetwin::engine {

/// Arrays of float64 that go into a model file beside its JSON manifest, by name.
struct NamedArrays {
  std::map<std::string, std::vector<double>> arrays;
};

/// {"domain": [{"name", "cells"}…], "records", "parts": [{"clique", "sigma", "array"}…]}; the
/// probabilities of part i go to `arrays` as "<prefix>part-<i>".
nlohmann::json table_model_to_json(const TableModel& model, const std::string& prefix,
                                   NamedArrays& arrays);

/// The model that the above wrote. Throws Error, naming what is wrong, unless every field is there
/// and of its type, cliques are ascending, distinct and in range, every attribute is in a part,
/// arrays have one finite, non-negative number per cell and sum to 1 within 1e-6, and the number
/// of records is finite and positive.
TableModel table_model_from_json(const nlohmann::json& json, const NamedArrays& arrays);

}  // namespace tracetwin::engine
