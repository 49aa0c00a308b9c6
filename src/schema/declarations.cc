#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "schema/field.h"

namespace tracetwin {
namespace {

using nlohmann::json;

/// Says where in the file a complaint belongs.
struct Place {
  std::string path;
  std::string column;

  [[noreturn]] void refuse(std::string_view expected) const {
    throw Error(column.empty() ? fmt::format("{}: {}", path, expected)
                               : fmt::format("{}: column \"{}\": {}", path, column, expected),
                "docs/formats.md shows the grammar of a schema file.");
  }
};

void allow_only(const json& object, std::initializer_list<std::string_view> names,
                const Place& place) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      place.refuse(fmt::format("\"{}\" means nothing here", name));
    }
  }
}

double number_at(const json& object, const char* name, double otherwise, const Place& place) {
  const auto found = object.find(name);
  if (found == object.end()) {
    return otherwise;
  }
  if (!found->is_number()) {
    place.refuse(fmt::format("\"{}\" is not a number", name));
  }
  return found->get<double>();
}

std::vector<std::string> values_at(const json& object, const Place& place) {
  std::vector<std::string> values;
  const auto found = object.find("values");
  if (found == object.end()) {
    return values;
  }
  if (!found->is_array() || found->empty()) {
    place.refuse("\"values\" is not a list of texts");
  }
  for (const auto& value : *found) {
    if (!value.is_string()) {
      place.refuse("\"values\" is not a list of texts");
    }
    values.push_back(value.get<std::string>());
  }
  return values;
}

Declarations::Column read_column(const std::string& name, const json& object, const Place& place) {
  if (!object.is_object() || !object.contains("kind") || !object["kind"].is_string()) {
    place.refuse("\"kind\" is missing: \"category\", \"number\" or \"ignore\"");
  }
  Declarations::Column column;
  column.name = name;
  column.field.name = name;
  const auto kind = object["kind"].get<std::string>();
  if (kind == "ignore") {
    allow_only(object, {"kind"}, place);
    column.ignore = true;
  } else if (kind == "category") {
    allow_only(object, {"kind", "values"}, place);
    column.field.kind = FieldKind::kCategory;
    column.field.values = values_at(object, place);
  } else if (kind == "number") {
    allow_only(object, {"kind", "min", "max", "whole"}, place);
    column.field.kind = FieldKind::kNumber;
    column.field.low = number_at(object, "min", column.field.low, place);
    column.field.high = number_at(object, "max", column.field.high, place);
    column.field.whole = object.value("whole", false);
    if (!(column.field.low < column.field.high)) {
      place.refuse("\"min\" is not below \"max\"");
    }
  } else {
    place.refuse(fmt::format("kind \"{}\" is not \"category\", \"number\" or \"ignore\"", kind));
  }
  return column;
}

Window read_window(const json& value, const Place& place) {
  if (!value.is_array() || value.size() != 2 || !value[0].is_string() || !value[1].is_string()) {
    place.refuse("\"window\" is not a list of two RFC 3339 times");
  }
  const auto begin = parse_rfc3339_ns(value[0].get<std::string>());
  const auto end = parse_rfc3339_ns(value[1].get<std::string>());
  if (!begin || !end || *begin >= *end) {
    place.refuse("\"window\" is not a list of two RFC 3339 times, the earlier first");
  }
  return {*begin, *end};
}

json parse(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw system_error("read schema file", path);
  }
  try {
    return json::parse(file);
  } catch (const json::parse_error& error) {
    throw Error(fmt::format("{} is not JSON: {}", path, error.what()),
                "docs/formats.md shows the grammar of a schema file.");
  }
}

}  // namespace

Declarations read_declarations(const std::string& path) {
  const json root = parse(path);
  Place place{path, {}};
  if (!root.is_object()) {
    place.refuse("a schema file is a JSON object");
  }
  allow_only(root, {"window", "columns"}, place);
  Declarations declarations;
  if (root.contains("window")) {
    declarations.window = read_window(root["window"], place);
  }
  const json columns = root.value("columns", json::object());
  if (!columns.is_object()) {
    place.refuse("\"columns\" is not an object");
  }
  for (const auto& [name, object] : columns.items()) {
    place.column = name;
    declarations.columns.push_back(read_column(name, object, place));
  }
  return declarations;
}

}  // namespace tracetwin
