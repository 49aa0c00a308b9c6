#include "pipeline/schema_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tracetwin {
namespace {

using nlohmann::json;

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
  } else if (kind == kind_name(FieldKind::kShare)) {
    field.kind = FieldKind::kShare;
  } else {
    throw Error(fmt::format("field \"{}\" is of kind \"{}\", not a category, number or share",
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

}  // namespace

json schema_to_json(const Schema& schema) {
  json fields = json::array();
  for (const Field& field : schema.fields) {
    fields.push_back(to_json(field));
  }
  return {{"kind", schema.kind == TraceKind::kFlows ? "flows" : "packets"},
          {"window", schema.window ? "given" : "found"},
          {"fields", fields}};
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
  const auto standard = standard_fields(schema.kind);
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
  return schema;
}

}  // namespace tracetwin
