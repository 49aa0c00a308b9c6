#include "tokens/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "engine/autoregressive/sampler.h"
#include "trace/time_range.h"

namespace tracetwin::tokens {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kCodes = {"list", "address", "port", "number", "time"};
constexpr std::array<std::string_view, 3> kParts = {"whole", "first", "second"};
constexpr const char* kBlob = "tokens";
constexpr const char* kPacketBlob = "packets";
constexpr unsigned kHalf = 64;
constexpr std::uint64_t kMostRecords = std::uint64_t{1} << 40;
constexpr std::uint64_t kPorts = 65536;
constexpr double kMostRatio = 1e3;
constexpr std::uint64_t kProtocols = 256;

template <class Enum, std::size_t N>
Enum named(const std::array<std::string_view, N>& names, const json& object, const char* key) {
  const std::string text = object.at(key).get<std::string>();
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) {
    throw Error(fmt::format("its tokens' \"{}\" is \"{}\", which is unknown", key, text));
  }
  return static_cast<Enum>(found - names.begin());
}

json keys_json(const std::vector<Key>& keys) {
  json list = json::array();
  for (const Key key : keys) {
    list.push_back({static_cast<std::uint64_t>(key >> kHalf), static_cast<std::uint64_t>(key)});
  }
  return list;
}

std::vector<Key> keys_from(const json& list) {
  std::vector<Key> keys;
  for (const json& halves : list) {
    keys.push_back(Key{halves.at(0).get<std::uint64_t>()} << kHalf |
                   halves.at(1).get<std::uint64_t>());
  }
  return keys;
}

json coding_json(const Coding& coding) {
  return {{"name", coding.name},
          {"field", coding.field},
          {"part", kParts[static_cast<std::size_t>(coding.part)]},
          {"code", kCodes[static_cast<std::size_t>(coding.code)]},
          {"frequent", keys_json(coding.frequent)},
          {"usual", coding.usual},
          {"v6", coding.v6},
          {"atoms", coding.atoms},
          {"edges", coding.edges},
          {"parts", coding.parts},
          {"log", coding.log},
          {"whole", coding.whole}};
}

Coding coding_from(const json& object) {
  Coding coding;
  coding.name = object.at("name").get<std::string>();
  coding.field = object.at("field").get<std::size_t>();
  coding.part = named<Part>(kParts, object, "part");
  coding.code = named<Code>(kCodes, object, "code");
  coding.frequent = keys_from(object.at("frequent"));
  coding.usual = object.at("usual").get<std::uint32_t>();
  coding.v6 = object.at("v6").get<bool>();
  coding.atoms = object.at("atoms").get<std::vector<double>>();
  coding.edges = object.at("edges").get<std::vector<double>>();
  coding.parts = object.at("parts").get<std::uint32_t>();
  coding.log = object.at("log").get<bool>();
  coding.whole = object.at("whole").get<bool>();
  return coding;
}

template <class T>
bool ascends(const std::vector<T>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::greater_equal<T>()) == values.end();
}

/// Codes that a field of this kind may have.
bool suits(Code code, FieldKind kind) {
  switch (kind) {
    case FieldKind::kAddress:
      return code == Code::kAddress;
    case FieldKind::kPort:
      return code == Code::kPort;
    case FieldKind::kTime:
      return code == Code::kTime;
    case FieldKind::kProtocol:
    case FieldKind::kCategory:
    case FieldKind::kCode:
    case FieldKind::kByte:
      return code == Code::kList;
    default:
      return code == Code::kNumber;
  }
}

/// The first key that values of a field of this kind do not have.
std::uint64_t end_of_keys(const Field& field, const Vocabulary& vocabulary) {
  switch (field.kind) {
    case FieldKind::kPort:
      return kPorts;
    case FieldKind::kCategory:
      return vocabulary.cells();
    case FieldKind::kCode:
      return field.cells;
    case FieldKind::kAddress:
      return UINT64_MAX;
    default:
      return kProtocols;
  }
}

bool has_sound_numbers(const Coding& coding, const Field& field, const Window& window) {
  const auto is_sound = [&](double value) {
    constexpr double kMost = 9e18;
    return std::isfinite(value) && std::abs(value) <= kMost && (!coding.log || value >= 0);
  };
  const bool sound = ascends(coding.atoms) && ascends(coding.edges) &&
                     std::all_of(coding.atoms.begin(), coding.atoms.end(), is_sound) &&
                     std::all_of(coding.edges.begin(), coding.edges.end(), is_sound);
  if (!sound || coding.edges.size() == 1 || head_choices(coding) == 0) {
    return false;
  }
  return field.kind != FieldKind::kTime ||
         (coding.atoms.empty() && !coding.log &&
          coding.edges.front() >= static_cast<double>(window.begin) &&
          coding.edges.back() <=
              std::max(static_cast<double>(window.end), coding.edges.front() + kLeastSpan));
}

bool is_sound(const Coding& coding, std::span<const Field> fields,
              std::span<const Vocabulary> vocabularies, const Window& window) {
  if (coding.field >= fields.size() || !suits(coding.code, fields[coding.field].kind) ||
      coding.parts == 0 || coding.parts > autoregressive::kMostChoices) {
    return false;
  }
  const Field& field = fields[coding.field];
  if (coding.code == Code::kNumber || coding.code == Code::kTime) {
    return coding.frequent.empty() && has_sound_numbers(coding, field, window);
  }
  const Key end = field.kind == FieldKind::kAddress
                      ? ~Key{0}
                      : Key{end_of_keys(field, vocabularies[coding.field])};
  return ascends(coding.frequent) && (coding.frequent.empty() || coding.frequent.back() < end) &&
         (coding.code != Code::kList || coding.usual < coding.frequent.size());
}

/// Every field has a coding, and the time's is the first.
bool is_complete(const Scheme& scheme, std::span<const Field> fields) {
  std::vector<bool> told;
  for (const Field& field : fields) {
    told.push_back(field.fixed && field.kind != FieldKind::kTime);
  }
  for (const Coding& coding : scheme.codings) {
    told[coding.field] = true;
  }
  return !scheme.codings.empty() && fields[scheme.codings.front().field].kind == FieldKind::kTime &&
         std::count(told.begin(), told.end(), false) == 0;
}

engine::Weights weights_in(const Blobs& blobs, const char* name) {
  const auto blob = blobs.find(name);
  if (blob == blobs.end()) {
    throw Error(fmt::format("its network of {} is missing", name));
  }
  return engine::parse_weights(blob->second, name);
}

json packets_json(const PacketNetwork& network, Blobs& blobs) {
  blobs[kPacketBlob] = engine::bytes_of(network.weights);
  return {{"services", keys_json(network.scheme.services)},
          {"gap", coding_json(network.scheme.gap)},
          {"payload", coding_json(network.scheme.payload)},
          {"options", autoregressive::to_json(network.options)},
          {"end_ns", network.end_ns},
          {"packets", network.packets},
          {"size_edges", network.sizes.edges},
          {"size_ratios", network.sizes.ratios},
          {"rate_ratios", network.sizes.rate_ratios}};
}

Coding packet_coding(const json& object, std::size_t field) {
  Coding coding = coding_from(object);
  if (coding.field != field || coding.part != Part::kWhole ||
      !is_sound(coding, packet_fields(), {}, {})) {
    throw Error("the tokens of its packets do not fit gaps and payloads");
  }
  return coding;
}

SizeShares sizes_from(const json& object) {
  SizeShares sizes{object.at("size_edges").get<std::vector<double>>(),
                   object.at("size_ratios").get<std::vector<double>>(),
                   object.at("rate_ratios").get<std::vector<double>>()};
  const auto is_ratio = [](double ratio) { return ratio > 0 && ratio <= kMostRatio; };
  if (!ascends(sizes.edges) || sizes.ratios.size() != sizes.edges.size() + 1 ||
      (!sizes.rate_ratios.empty() && sizes.rate_ratios.size() != kSizeGroups * kRateClasses) ||
      !std::ranges::all_of(sizes.ratios, is_ratio) ||
      !std::ranges::all_of(sizes.rate_ratios, is_ratio)) {
    throw Error("the sizes of its conversations are no shares of classes");
  }
  return sizes;
}

PacketNetwork packets_from(const json& object, const Blobs& blobs, const Window& window) {
  PacketNetwork network;
  network.scheme.services = keys_from(object.at("services"));
  network.scheme.gap = packet_coding(object.at("gap"), 0);
  network.scheme.payload = packet_coding(object.at("payload"), 1);
  network.options = autoregressive::parse_options(object.at("options"));
  network.end_ns = object.at("end_ns").get<std::int64_t>();
  network.packets = object.at("packets").get<std::uint64_t>();
  const std::vector<Key>& services = network.scheme.services;
  if (!ascends(services) || (!services.empty() && services.back() >= kPorts) ||
      network.end_ns < window.begin || !is_possible_time(network.end_ns) ||
      network.packets > kMostRecords) {
    throw Error("what it says of its packets' services and time cannot be");
  }
  network.sizes = sizes_from(object);
  network.weights = weights_in(blobs, kPacketBlob);
  const autoregressive::Sampler sound(layout_of(network.scheme), network.options, network.weights);
  return network;
}

}  // namespace

json to_json(const TokenModel& model, Blobs& blobs) {
  json codings = json::array();
  for (const Coding& coding : model.scheme.codings) {
    codings.push_back(coding_json(coding));
  }
  blobs[kBlob] = engine::bytes_of(model.weights);
  json object = {{"codings", std::move(codings)},
                 {"records", model.records},
                 {"options", autoregressive::to_json(model.options)}};
  if (model.packets) {
    object["packets"] = packets_json(*model.packets, blobs);
  }
  return object;
}

TokenModel token_model_from(const json& object, const Blobs& blobs, std::span<const Field> fields,
                            std::span<const Vocabulary> vocabularies, const Window& window) {
  TokenModel model;
  for (const json& coding : object.at("codings")) {
    model.scheme.codings.push_back(coding_from(coding));
    if (!is_sound(model.scheme.codings.back(), fields, vocabularies, window)) {
      throw Error(
          fmt::format("the tokens of {} do not fit its field", model.scheme.codings.back().name));
    }
  }
  if (!is_complete(model.scheme, fields)) {
    throw Error("its tokens do not tell every field, the time first");
  }
  model.options = autoregressive::parse_options(object.at("options"));
  model.records = object.at("records").get<std::uint64_t>();
  if (model.records == 0 || model.records > kMostRecords) {
    throw Error("its network of tokens has learned nothing");
  }
  model.weights = weights_in(blobs, kBlob);
  const autoregressive::Sampler sound(layout_of(model.scheme), model.options, model.weights);
  if (object.contains("packets")) {
    model.packets = packets_from(object["packets"], blobs, window);
  }
  return model;
}

}  // namespace tracetwin::tokens
