#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "encode/vocabulary.h"
#include "engine/autoregressive/job.h"
#include "engine/weights.h"
#include "schema/field.h"
#include "tokens/packets.h"
#include "tokens/scheme.h"
#include "tokens/size_shares.h"

namespace tracetwin::tokens {

/// A trained network of the packets of conversations.
struct PacketNetwork {
  PacketScheme scheme;
  autoregressive::Options options;
  std::int64_t end_ns = 0;    ///< of the capture; no packet of a twin comes later
  std::uint64_t packets = 0;  ///< that the capture has
  engine::Weights weights;
  SizeShares sizes;
};

/// A trained network of records (of captures: of conversations).
struct TokenModel {
  Scheme scheme;
  autoregressive::Options options;
  std::uint64_t records = 0;  ///< that were learned
  engine::Weights weights;
  std::optional<PacketNetwork> packets;  ///< captures
};

/// Binary members of a model file, by name.
using Blobs = std::map<std::string, std::string>;

/// The scheme and options as JSON; the networks become the blobs "tokens" and
/// "packets".
nlohmann::json to_json(const TokenModel& model, Blobs& blobs);

/// The inverse. Throws Error, or nlohmann's exception for a wrong type, when it is not what
/// to_json() gives for these fields, and when decoding or the network could go wrong.
TokenModel token_model_from(const nlohmann::json& json, const Blobs& blobs,
                            std::span<const Field> fields, std::span<const Vocabulary> vocabularies,
                            const Window& window);

}  // namespace tracetwin::tokens
