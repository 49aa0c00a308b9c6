#include "pipeline/model_file.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "encode/step_tables.h"
#include "engine/marginal/table_model_io.h"
#include "pipeline/archive.h"

namespace tracetwin {
namespace {

using nlohmann::json;

constexpr const char* kFormatName = "tracetwin-model";
constexpr const char* kManifest = "manifest.json";
constexpr const char* kArrayFolder = "arrays/";
constexpr const char* kArraySuffix = ".f64";

json to_json(const Field& field) {
  json result = {{"name", field.name}, {"kind", kind_name(field.kind)}};
  if (!field.values.empty()) {
    result["values"] = field.values;
  }
  if (field.kind == FieldKind::kCode) {
    result["cells"] = field.cells;
  }
  if (field.kind == FieldKind::kNumber) {
    result.update({{"min", field.low}, {"max", field.high}, {"whole", field.whole}});
  }
  return result;
}

FieldKind kind_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(FieldKind::kNumber); ++i) {
    if (kind_name(static_cast<FieldKind>(i)) == name) {
      return static_cast<FieldKind>(i);
    }
  }
  throw Error(fmt::format("field kind \"{}\" is unknown", name));
}

Field field_from(const json& object) {
  Field field;
  field.name = object.at("name").get<std::string>();
  field.kind = kind_named(object.at("kind").get<std::string>());
  field.values = object.value("values", std::vector<std::string>());
  field.cells = object.value("cells", 0U);
  field.low = object.value("min", field.low);
  field.high = object.value("max", field.high);
  field.whole = object.value("whole", false);
  return field;
}

json to_json(const Schema& schema) {
  json fields = json::array();
  for (const Field& field : schema.fields) {
    fields.push_back(to_json(field));
  }
  return {{"kind", schema.kind == TraceKind::kFlows ? "flows" : "packets"},
          {"window", schema.window ? "given" : "found"},
          {"fields", fields}};
}

/// The fields that every trace of a kind has stand first, as they are; the code relies on it.
Schema schema_from(const json& object, const Window& window) {
  Schema schema;
  schema.kind = object.at("kind") == "flows" ? TraceKind::kFlows : TraceKind::kPackets;
  if (object.at("window") == "given") {
    schema.window = window;
  }
  for (const json& field : object.at("fields")) {
    schema.fields.push_back(field_from(field));
  }
  const auto standard = standard_fields(schema.kind);
  for (std::size_t f = 0; f < standard.size(); ++f) {
    if (f >= schema.fields.size() || schema.fields[f].name != standard[f].name ||
        schema.fields[f].kind != standard[f].kind || schema.fields[f].cells != standard[f].cells) {
      throw Error(fmt::format("field {} is not \"{}\"", f, standard[f].name));
    }
  }
  return schema;
}

json to_json(const engine::Conditional& table, const std::string& name,
             engine::NamedArrays& arrays) {
  json domain = json::array();
  for (const Attribute& attribute : table.domain()) {
    domain.push_back({{"name", attribute.name}, {"cells", attribute.cells}});
  }
  arrays.arrays[name] = table.probabilities();
  return {{"domain", domain}, {"array", name}};
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
  return {std::move(domain), found->second};
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
  timeouts.idle_ns = object.at("idle_timeout_ns").get<std::int64_t>();
  timeouts.active_ns = object.at("active_timeout_ns").get<std::int64_t>();
  PacketModel packets{object.at("steps_per_conversation").get<std::size_t>(),
                      timeouts,
                      static_cast<LinkType>(object.at("link_type").get<std::uint32_t>()),
                      object.at("snap_length").get<std::uint32_t>(),
                      object.at("nanoseconds").get<bool>(),
                      Vocabulary::from_json(payload_field(), {0, 1}, object.at("payload_codes")),
                      conditional_from(object.at("directions"), arrays),
                      conditional_from(object.at("payloads"), arrays),
                      conditional_from(object.at("gaps"), arrays)};
  const StepTables shapes = step_tables({}, packets.payload_codes, 1);
  check_domain(packets.directions, shapes.directions.domain);
  check_domain(packets.payloads, shapes.payloads.domain);
  check_domain(packets.gaps, shapes.gaps.domain);
  return packets;
}

json manifest_with_arrays(const TwinModel& model, engine::NamedArrays& arrays) {
  json vocabularies = json::array();
  for (const Vocabulary& vocabulary : model.vocabularies) {
    vocabularies.push_back(vocabulary.to_json());
  }
  json manifest = {{"format", kFormatName},
                   {"version", kModelVersion},
                   {"made_by", model.made_by},
                   {"engine", model.engine},
                   {"source_format", model.source_format},
                   {"seed", model.seed},
                   {"privacy", model.ledger.to_json()},
                   {"schema", to_json(model.schema)},
                   {"window_ns", {model.window.begin, model.window.end}},
                   {"vocabularies", vocabularies},
                   {"table", engine::table_model_to_json(model.table, "flows-", arrays)}};
  if (model.packets) {
    manifest["packets"] = to_json(*model.packets, arrays);
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

TwinModel model_from(const json& manifest, const engine::NamedArrays& arrays) {
  TwinModel model;
  model.made_by = manifest.at("made_by").get<std::string>();
  model.engine = manifest.at("engine").get<std::string>();
  model.source_format = manifest.at("source_format").get<std::string>();
  model.seed = manifest.at("seed").get<std::uint64_t>();
  model.ledger = dp::LedgerReport::from_json(manifest.at("privacy"));
  model.window = {manifest.at("window_ns").at(0).get<std::int64_t>(),
                  manifest.at("window_ns").at(1).get<std::int64_t>()};
  if (model.window.begin >= model.window.end) {
    throw Error("its time window is empty");
  }
  model.schema = schema_from(manifest.at("schema"), model.window);
  const json& vocabularies = manifest.at("vocabularies");
  if (vocabularies.size() != model.schema.fields.size()) {
    throw Error("it does not have one vocabulary a field");
  }
  for (std::size_t f = 0; f < vocabularies.size(); ++f) {
    model.vocabularies.push_back(
        Vocabulary::from_json(model.schema.fields[f], model.window, vocabularies[f]));
  }
  model.table = engine::table_model_from_json(manifest.at("table"), arrays);
  check_codes(model);
  if (model.schema.kind == TraceKind::kPackets) {
    model.packets = packets_from(manifest.at("packets"), arrays);
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

engine::NamedArrays arrays_of(const Members& members) {
  engine::NamedArrays arrays;
  const std::string folder = kArrayFolder;
  const std::string suffix = kArraySuffix;
  for (const auto& [name, content] : members) {
    if (name.starts_with(folder) && name.ends_with(suffix)) {
      const std::string key =
          name.substr(folder.size(), name.size() - folder.size() - suffix.size());
      arrays.arrays[key] = doubles_of(content, key);
    }
  }
  return arrays;
}

}  // namespace

void write_model(const TwinModel& model, ByteSink& sink) {
  engine::NamedArrays arrays;
  Members members;
  members[kManifest] = manifest_with_arrays(model, arrays).dump(1) + "\n";
  for (const auto& [name, values] : arrays.arrays) {
    members[kArrayFolder + name + kArraySuffix] = bytes_of(values);
  }
  sink.write(pack(members));
}

TwinModel read_model(const std::filesystem::path& path) {
  const Members members = unpack(path);
  try {
    const json manifest = parse_manifest(members);
    const int version = manifest.at("version").get<int>();
    if (version > kModelVersion) {
      throw Error(fmt::format("it is of version {}, this program reads up to version {}", version,
                              kModelVersion));
    }
    return model_from(manifest, arrays_of(members));
  } catch (const json::exception& error) {
    throw Error(fmt::format("{} is not a sound model file: {}", path.string(), error.what()),
                "Train the model again, or copy the file again.");
  } catch (const Error& error) {
    throw Error(fmt::format("{} is not a model that can be used: {}", path.string(), error.what()),
                "Train the model again with this version of tracetwin.");
  }
}

bool looks_like_model(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[4] = {};
  return file.read(magic, sizeof magic) && std::string_view(magic, 4) == "PK\x03\x04";
}

nlohmann::json manifest_of(const TwinModel& model) {
  engine::NamedArrays arrays;
  return manifest_with_arrays(model, arrays);
}

}  // namespace tracetwin
