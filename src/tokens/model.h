#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "encode/vocabulary.h"
#include "engine/autoregressive/job.h"
#include "engine/weights.h"
#include "schema/field.h"
#include "tokens/scheme.h"

namespace tracetwin::tokens {

/// A trained network of records.
struct TokenModel {
  Scheme scheme;
  autoregressive::Options options;
  std::uint64_t records = 0;  ///< that were learned
  engine::Weights weights;
};

/// Binary members of a model file, by name.
using Blobs = std::map<std::string, std::string>;

/// The scheme and options as JSON; the network becomes the blob "tokens".
nlohmann::json to_json(const TokenModel& model, Blobs& blobs);

/// The inverse. Throws Error, or nlohmann's exception for a wrong type, when it is not what
/// to_json() gives for these fields, and when decoding or the network could go wrong.
TokenModel token_model_from(const nlohmann::json& json, const Blobs& blobs,
                            std::span<const Field> fields, std::span<const Vocabulary> vocabularies,
                            const Window& window);

}  // namespace tracetwin::tokens
