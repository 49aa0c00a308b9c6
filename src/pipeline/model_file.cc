#include "pipeline/model_file.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "encode/step_tables.h"
#include "engine/marginal/table_model_io.h"
#include "pipeline/archive.h"
#include "pipeline/schema_json.h"
#include "pipeline/series_fields.h"
#include "series/model_json.h"
#include "trace/format/format.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

using nlohmann::json;

constexpr const char* kFormatName = "tracetwin-model";
constexpr const char* kManifest = "manifest.json";
constexpr const char* kArrayFolder = "arrays/";
constexpr const char* kArraySuffix = ".f64";
constexpr const char* kNetworkFolder = "networks/";
constexpr const char* kCodeNetwork = "codes";
constexpr const char* kNetworkSuffix = ".weights";
constexpr std::size_t kMostFileBytes = std::size_t{4} << 30;
constexpr std::int64_t kMostLinkType = 65535;
constexpr std::int64_t kMostSteps = 1000;
constexpr double kSumTolerance = 1e-6;

json to_json(const engine::Conditional& table, const std::string& name,
             engine::NamedArrays& arrays) {
  json domain = json::array();
  for (const Attribute& attribute : table.domain()) {
    domain.push_back({{"name", attribute.name}, {"cells", attribute.cells}});
  }
  arrays.arrays[name] = table.probabilities();
  return {{"domain", domain}, {"array", name}};
}

/// Each context's distribution sums to 1 (numbers of at least 0 were demanded before).
void check_rows(const engine::Conditional& table) {
  const std::size_t width = table.domain().back().cells;
  const std::vector<double>& values = table.probabilities();
  for (std::size_t begin = 0; begin < values.size(); begin += width) {
    const auto row = values.begin() + static_cast<std::ptrdiff_t>(begin);
    const double sum = std::accumulate(row, row + static_cast<std::ptrdiff_t>(width), 0.0);
    if (std::abs(sum - 1) > kSumTolerance) {
      throw Error(fmt::format("a distribution of a table of packets sums to {}, not 1", sum));
    }
  }
}

/// A whole number at `key`, from `low` to `high`.
std::int64_t whole_at(const json& object, const char* key, std::int64_t low, std::int64_t high) {
  const json& value = object.at(key);
  const bool fits = value.is_number_integer() && value.get<std::int64_t>() >= low &&
                    value.get<std::int64_t>() <= high;
  if (!fits) {
    throw Error(fmt::format("\"{}\" is {}, not a whole number from {} to {}", key, value.dump(),
                            low, high));
  }
  return value.get<std::int64_t>();
}

LinkType link_from(const json& object) {
  const auto link = static_cast<LinkType>(whole_at(object, "link_type", 0, kMostLinkType));
  if (!is_decoded(link)) {
    throw Error(fmt::format("link type {} is unknown", static_cast<std::uint32_t>(link)));
  }
  return link;
}

engine::Conditional conditional_from(const json& object, const engine::NamedArrays& arrays) {
  Domain domain;
  for (const json& attribute : object.at("domain")) {
    domain.push_back(
        {attribute.at("name").get<std::string>(), attribute.at("cells").get<std::uint32_t>()});
  }
  const auto found = arrays.arrays.find(object.at("array").get<std::string>());
  if (found == arrays.arrays.end()) {
    throw Error(fmt::format("array {} is missing", object.at("array").dump()));
  }
  engine::Conditional table(std::move(domain), found->second);
  check_rows(table);
  return table;
}

json to_json(const PacketModel& packets, engine::NamedArrays& arrays) {
  return {{"steps_per_conversation", packets.steps_per_conversation},
          {"idle_timeout_ns", packets.timeouts.idle_ns},
          {"active_timeout_ns", packets.timeouts.active_ns},
          {"link_type", static_cast<std::uint32_t>(packets.link)},
          {"snap_length", packets.snap_length},
          {"nanoseconds", packets.nanoseconds},
          {"payload_codes", packets.payload_codes.to_json()},
          {"directions", to_json(packets.directions, "directions", arrays)},
          {"payloads", to_json(packets.payloads, "payloads", arrays)},
          {"gaps", to_json(packets.gaps, "gaps", arrays)}};
}

void check_domain(const engine::Conditional& table, const Domain& wanted) {
  const Domain& domain = table.domain();
  bool same = domain.size() == wanted.size();
  for (std::size_t a = 0; same && a < domain.size(); ++a) {
    same = domain[a].name == wanted[a].name && domain[a].cells == wanted[a].cells;
  }
  if (!same) {
    throw Error("a table of packets is of another shape than this program reads");
  }
}

PacketModel packets_from(const json& object, const engine::NamedArrays& arrays) {
  FlowTimeouts timeouts;
  timeouts.idle_ns = whole_at(object, "idle_timeout_ns", 1, kEndOfTimeNs);
  timeouts.active_ns = whole_at(object, "active_timeout_ns", 1, kEndOfTimeNs);
  const auto steps = whole_at(object, "steps_per_conversation", 1, kMostSteps);
  const auto snap_length = whole_at(object, "snap_length", 0, UINT32_MAX);
  PacketModel packets{static_cast<std::size_t>(steps),
                      timeouts,
                      link_from(object),
                      static_cast<std::uint32_t>(snap_length),
                      object.at("nanoseconds").get<bool>(),
                      Vocabulary::from_json(payload_field(), {0, 1}, object.at("payload_codes")),
                      conditional_from(object.at("directions"), arrays),
                      conditional_from(object.at("payloads"), arrays),
                      conditional_from(object.at("gaps"), arrays)};
  const StepTables shapes = step_tables({}, packets.payload_codes);
  check_domain(packets.directions, shapes.directions.domain);
  check_domain(packets.payloads, shapes.payloads.domain);
  check_domain(packets.gaps, shapes.gaps.domain);
  return packets;
}

/// All that a model file has beside its manifest.
struct Bulk {
  engine::NamedArrays arrays;
  series::Blobs networks;
};

json manifest_with_bulk(const TwinModel& model, Bulk& bulk) {
  engine::NamedArrays& arrays = bulk.arrays;
  json vocabularies = json::array();
  for (const Vocabulary& vocabulary : model.vocabularies) {
    vocabularies.push_back(vocabulary.to_json());
  }
  json hosts = json::array();
  for (const HostSpread& spread : model.hosts) {
    hosts.push_back(spread.hosts());
  }
  json manifest = {{"format", kFormatName},
                   {"version", kModelVersion},
                   {"made_by", model.made_by},
                   {"engine", model.engine},
                   {"source_format", model.source_format},
                   {"seed", model.seed},
                   {"privacy", model.ledger.to_json()},
                   {"schema", schema_to_json(model.schema)},
                   {"window_ns", {model.window.begin, model.window.end}},
                   {"vocabularies", vocabularies},
                   {"records_an_address", hosts}};
  if (model.copies) {
    manifest["copies"] = to_json(*model.copies);
  }
  if (model.packets) {
    manifest["packets"] = to_json(*model.packets, arrays);
  }
  if (model.series) {
    manifest["series"] = series::to_json(*model.series, bulk.networks);
  } else if (model.tokens) {
    manifest["tokens"] = tokens::to_json(*model.tokens, bulk.networks);
  } else {
    manifest["table"] = engine::table_model_to_json(model.table, "flows-", arrays);
    if (model.table.network) {
      manifest["network"] = autoregressive::to_json(model.table.network->options);
      bulk.networks[kCodeNetwork] = engine::bytes_of(model.table.network->weights);
    }
  }
  return manifest;
}

void check_codes(const TwinModel& model) {
  bool fits = model.table.domain.size() == model.vocabularies.size();
  for (std::size_t f = 0; fits && f < model.vocabularies.size(); ++f) {
    fits = model.table.domain[f].cells == model.vocabularies[f].cells();
  }
  if (!fits) {
    throw Error("its tables do not fit its vocabularies");
  }
}

autoregressive::CodeNetwork code_network_from(const json& options, const Bulk& bulk,
                                              const Domain& domain) {
  const auto found = bulk.networks.find(kCodeNetwork);
  if (found == bulk.networks.end()) {
    throw Error("the weights of its network are missing");
  }
  autoregressive::CodeNetwork network{autoregressive::parse_options(options),
                                      engine::parse_weights(found->second, kCodeNetwork)};
  const autoregressive::CodeSampler sound(domain, network);
  return network;
}

TwinModel model_from(const json& manifest, const Bulk& bulk) {
  const engine::NamedArrays& arrays = bulk.arrays;
  TwinModel model;
  model.made_by = manifest.at("made_by").get<std::string>();
  model.engine = manifest.at("engine").get<std::string>();
  model.source_format = manifest.at("source_format").get<std::string>();
  model.seed = manifest.at("seed").get<std::uint64_t>();
  model.ledger = dp::LedgerReport::from_json(manifest.at("privacy"));
  const json& window = manifest.at("window_ns");
  if (!window.is_array() || window.size() != 2 || !window[0].is_number_integer() ||
      !window[1].is_number_integer()) {
    throw Error("its time window is not two whole numbers");
  }
  model.window = {window[0].get<std::int64_t>(), window[1].get<std::int64_t>()};
  if (!model.window.is_possible()) {
    throw Error("its time window is not a span from 1970 to 2262");
  }
  model.schema = schema_from_json(manifest.at("schema"), model.window);
  const json& vocabularies = manifest.at("vocabularies");
  if (!vocabularies.is_array() || vocabularies.size() != model.schema.fields.size()) {
    throw Error("it does not have one vocabulary a field");
  }
  for (std::size_t f = 0; f < vocabularies.size(); ++f) {
    model.vocabularies.push_back(
        Vocabulary::from_json(model.schema.fields[f], model.window, vocabularies[f]));
  }
  const json& hosts = manifest.at("records_an_address");
  if (!hosts.is_array() || hosts.size() != model.schema.fields.size()) {
    throw Error("it does not have one list of records an address a field");
  }
  for (const json& spread : hosts) {
    model.hosts.emplace_back(spread.get<std::vector<double>>());
  }
  if (manifest.contains("copies")) {
    model.copies = copy_check_from(manifest.at("copies"));
  }
  if (model.schema.kind == TraceKind::kPackets) {
    model.packets = packets_from(manifest.at("packets"), arrays);
  }
  if (manifest.contains("series")) {
    const SeriesFields fields = series_fields(model);
    model.series = series::series_model_from(manifest.at("series"), bulk.networks, fields.fields,
                                             fields.vocabularies);
  } else if (manifest.contains("tokens")) {
    model.tokens = tokens::token_model_from(manifest.at("tokens"), bulk.networks,
                                            model.schema.fields, model.vocabularies, model.window);
  } else {
    model.table = engine::table_model_from_json(manifest.at("table"), arrays);
    check_codes(model);
    if (manifest.contains("network")) {
      model.table.network = code_network_from(manifest.at("network"), bulk, model.table.domain);
    }
  }
  return model;
}

json parse_manifest(const Members& members) {
  const auto found = members.find(kManifest);
  if (found == members.end()) {
    throw Error("it has no manifest.json");
  }
  json manifest = json::parse(found->second);
  if (!manifest.is_object() || manifest.value("format", "") != kFormatName) {
    throw Error("its manifest.json is not that of a model");
  }
  return manifest;
}

/// The part of a member's name between folder and suffix; empty when it has others.
std::string name_within(const std::string& member, std::string_view folder,
                        std::string_view suffix) {
  return member.starts_with(folder) && member.ends_with(suffix)
             ? member.substr(folder.size(), member.size() - folder.size() - suffix.size())
             : std::string();
}

Bulk bulk_of(const Members& members) {
  Bulk bulk;
  for (const auto& [member, content] : members) {
    if (const auto array = name_within(member, kArrayFolder, kArraySuffix); !array.empty()) {
      bulk.arrays.arrays[array] = doubles_of(content, array);
    }
    if (const auto network = name_within(member, kNetworkFolder, kNetworkSuffix);
        !network.empty()) {
      bulk.networks[network] = content;
    }
  }
  return bulk;
}

void check_version(const json& version) {
  if (!version.is_number_integer() || version.get<std::int64_t>() < 1) {
    throw Error(fmt::format("its version is {}, not a whole number from 1 on", version.dump()));
  }
  if (version.get<std::int64_t>() > kModelVersion) {
    throw Error(fmt::format("it is of version {}, this program reads up to version {}",
                            version.dump(), kModelVersion));
  }
}

std::string bytes_of_all(Buffered& input, const std::string& name) {
  std::string bytes;
  for (auto part = input.available(); !part.empty(); part = input.available()) {
    bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
    input.consume(part.size());
    if (bytes.size() > kMostFileBytes) {
      throw Error(fmt::format("{} is not a model file: it has more than 4 GB", name));
    }
  }
  return bytes;
}

}  // namespace

void write_model(const TwinModel& model, ByteSink& sink) {
  Bulk bulk;
  Members members;
  members[kManifest] = manifest_with_bulk(model, bulk).dump(1) + "\n";
  for (const auto& [name, values] : bulk.arrays.arrays) {
    members[kArrayFolder + name + kArraySuffix] = bytes_of(values);
  }
  for (auto& [name, bytes] : bulk.networks) {
    members[kNetworkFolder + name + kNetworkSuffix] = std::move(bytes);
  }
  sink.write(pack(members));
}

TwinModel read_model(Buffered input, const std::string& name) {
  const Members members = unpack(bytes_of_all(input, name), name);
  try {
    const json manifest = parse_manifest(members);
    check_version(manifest.at("version"));
    return model_from(manifest, bulk_of(members));
  } catch (const json::exception& error) {
    throw Error(fmt::format("{} is not a sound model file: {}", name, error.what()),
                "Train the model again, or copy the file again.");
  } catch (const Error& error) {
    throw Error(fmt::format("{} is not a model that can be used: {}", name, error.what()),
                "Train the model again with this version of tracetwin.");
  }
}

TwinModel read_model(const std::filesystem::path& path) {
  return read_model(Buffered(open_source(path)), shown_name(path));
}

bool looks_like_model(Buffered& input) {
  constexpr std::string_view kMagic = "PK\x03\x04";
  const auto head = input.view(kMagic.size());
  return std::string_view(reinterpret_cast<const char*>(head.data()), head.size()) == kMagic;
}

nlohmann::json manifest_of(const TwinModel& model) {
  Bulk bulk;
  return manifest_with_bulk(model, bulk);
}

}  // namespace tracetwin
