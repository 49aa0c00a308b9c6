#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/model.h"

namespace tracetwin::cli {

/// What a model file holds, for people: engine, schema, codes, tables, packets, ledger, seeds.
std::string model_text(const TwinModel& model);

}  // namespace tracetwin::cli
