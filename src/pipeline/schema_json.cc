#include "pipeline/schema_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "encode/events.h"

namespace tracetwin {
namespace {

using nlohmann::json;

constexpr int kMostTimeScale = 9;
constexpr int kMostDecimals = 15;

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
    if (field.decimals) {
      result["decimals"] = *field.decimals;
    }
  }
  return result;
}

/// One of the fields behind the standard ones.
Field further_field(const json& object) {
  Field field;
  field.name = object.at("name").get<std::string>();
  const auto kind = object.at("kind").get<std::string>();
  if (kind == kind_name(FieldKind::kCategory)) {
    field.kind = FieldKind::kCategory;
    field.values = object.value("values", field.values);
  } else if (kind == kind_name(FieldKind::kNumber)) {
    field.kind = FieldKind::kNumber;
    field.low = object.value("min", field.low);
    field.high = object.value("max", field.high);
    field.whole = object.value("whole", false);
    if (object.contains("decimals")) {
      field.decimals = std::clamp(object.at("decimals").get<int>(), 0, kMostDecimals);
    }
  } else if (kind == kind_name(FieldKind::kShare)) {
    field.kind = FieldKind::kShare;
  } else if (kind == kind_name(FieldKind::kAddress)) {
    field.kind = FieldKind::kAddress;
  } else if (kind == kind_name(FieldKind::kPort)) {
    field.kind = FieldKind::kPort;
  } else {
    throw Error(fmt::format(
        "field \"{}\" is of kind \"{}\", not a category, number, share, address or port",
        field.name, kind));
  }
  if (!(std::isfinite(field.low) && std::isfinite(field.high) && field.low < field.high)) {
    throw Error(fmt::format("the bounds of field \"{}\" are impossible", field.name));
  }
  return field;
}

bool one_of_two(const json& object, const char* key, const char* yes, const char* no) {
  const auto text = object.at(key).get<std::string>();
  if (text != yes && text != no) {
    throw Error(
        fmt::format("its schema's \"{}\" is \"{}\", not \"{}\" or \"{}\"", key, text, yes, no));
  }
  return text == yes;
}

void demand_standard(const json& object, std::size_t position, const Field& wanted) {
  const bool same = object.at("name") == wanted.name &&
                    object.at("kind") == std::string(kind_name(wanted.kind)) &&
                    (wanted.kind != FieldKind::kCode || object.at("cells") == wanted.cells);
  if (!same) {
    throw Error(fmt::format("field {} is not \"{}\"", position, wanted.name));
  }
}

json to_json(const EventTable& table) {
  json result = {{"time", table.time}, {"key", table.key}, {"columns", table.columns}};
  if (table.time_scale) {
    result["time_scale"] = *table.time_scale;
  }
  if (!table.steps.empty()) {
    result["steps"] = table.steps;
  }
  return result;
}

EventTable events_from_json(const json& object) {
  EventTable table;
  table.time = object.at("time").get<std::string>();
  table.key = object.at("key").get<std::vector<std::string>>();
  table.columns = object.at("columns").get<std::vector<std::string>>();
  table.steps = object.value("steps", table.steps);
  if (object.contains("time_scale")) {
    table.time_scale = object.at("time_scale").get<int>();
    if (*table.time_scale < 0 || *table.time_scale > kMostTimeScale) {
      throw Error(fmt::format("its times are in units of 10^{} ns", *table.time_scale));
    }
  }
  return table;
}

/// A table's columns and keys are its fields, each once.
void check_events(const Schema& schema) {
  std::set<std::string> names;
  for (const Field& field : schema.fields) {
    if (!field.fixed && !names.insert(field.name).second) {
      throw Error(fmt::format("two fields are called \"{}\"", field.name));
    }
  }
  const std::set<std::string> columns(schema.events->columns.begin(), schema.events->columns.end());
  const auto is_field = [&](const std::string& name) { return names.contains(name); };
  for (const std::string& step : schema.events->steps) {
    const auto field = std::ranges::find(schema.fields, step, &Field::name);
    if (field == schema.fields.end() || field->kind != FieldKind::kNumber) {
      throw Error(fmt::format("step \"{}\" of its series is no number", step));
    }
  }
  if (columns != names || columns.size() != schema.events->columns.size() ||
      !std::ranges::all_of(schema.events->key, is_field)) {
    throw Error("the columns of its table are not its fields");
  }
}

}  // namespace

json schema_to_json(const Schema& schema) {
  json fields = json::array();
  for (const Field& field : schema.fields) {
    fields.push_back(to_json(field));
  }
  json result = {{"kind", schema.kind == TraceKind::kFlows ? "flows" : "packets"},
                 {"window", schema.window ? "given" : "found"},
                 {"fields", fields}};
  if (schema.events) {
    result["events"] = to_json(*schema.events);
  }
  return result;
}

/// The fields that every trace of a kind has stand first, as they are; the code relies on it.
Schema schema_from_json(const json& object, const Window& window) {
  Schema schema;
  schema.kind =
      one_of_two(object, "kind", "flows", "packets") ? TraceKind::kFlows : TraceKind::kPackets;
  if (one_of_two(object, "window", "given", "found")) {
    schema.window = window;
  }
  const json& fields = object.at("fields");
  const auto known = standard_fields(schema.kind);
  std::vector<Field> standard(known.begin(), known.end());
  if (object.contains("events") && schema.kind == TraceKind::kFlows) {
    schema.events = events_from_json(object.at("events"));
    standard = event_fields(*schema.events);
  }
  const bool further_allowed = schema.kind == TraceKind::kFlows;
  if (fields.size() < standard.size() || (fields.size() > standard.size() && !further_allowed)) {
    throw Error(fmt::format("it has {} fields, expected {}", fields.size(), standard.size()));
  }
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (f < standard.size()) {
      demand_standard(fields.at(f), f, standard[f]);
      schema.fields.push_back(standard[f]);
    } else {
      schema.fields.push_back(further_field(fields.at(f)));
    }
  }
  if (schema.events) {
    check_events(schema);
  }
  return schema;
}

}  // namespace tracetwin
