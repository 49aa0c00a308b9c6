#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"
#include "schema/field.h"

namespace tracetwin {
namespace {

using nlohmann::json;

constexpr std::size_t kMostValues = 10'000;
constexpr const char* kRemedy = "docs/formats.md shows the grammar of a schema file.";

/// Says where in the file a complaint belongs.
struct Place {
  std::string name;
  std::string column;

  [[noreturn]] void refuse(std::string_view expected) const {
    throw Error(column.empty() ? fmt::format("{}: {}", name, expected)
                               : fmt::format("{}: column \"{}\": {}", name, column, expected),
                kRemedy);
  }
};

/// A short rendering of a value that is not what it should be.
std::string shown(const json& value) {
  constexpr std::size_t kLongest = 40;
  const std::string text = value.dump(-1, ' ', true);
  return text.size() > kLongest ? text.substr(0, kLongest) + "…" : text;
}

std::string quoted_list(std::span<const std::string> names) {
  return fmt::format("\"{}\"", fmt::join(names, "\", \""));
}

void allow_only(const json& object, const std::vector<std::string>& names, const Place& place) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const auto near = nearest(name, names);
      place.refuse(
          near ? fmt::format("\"{}\" means nothing here, did you mean \"{}\"?", name, *near)
               : fmt::format("\"{}\" means nothing here, only {} do", name, quoted_list(names)));
    }
  }
}

double number_at(const json& object, const char* name, double otherwise, const Place& place) {
  const auto found = object.find(name);
  if (found == object.end()) {
    return otherwise;
  }
  if (!found->is_number()) {
    place.refuse(fmt::format("\"{}\" is {}, expected a number", name, shown(*found)));
  }
  return found->get<double>();
}

bool flag_at(const json& object, const char* name, const Place& place) {
  const auto found = object.find(name);
  if (found != object.end() && !found->is_boolean()) {
    place.refuse(fmt::format("\"{}\" is {}, expected true or false", name, shown(*found)));
  }
  return found != object.end() && found->get<bool>();
}

std::vector<std::string> values_at(const json& object, const Place& place) {
  std::vector<std::string> values;
  const auto found = object.find("values");
  if (found == object.end()) {
    return values;
  }
  if (!found->is_array() || found->empty() || found->size() > kMostValues) {
    place.refuse(fmt::format("\"values\" is {}, expected a list of 1 to {} texts", shown(*found),
                             kMostValues));
  }
  std::unordered_set<std::string> met;
  for (const auto& value : *found) {
    if (!value.is_string()) {
      place.refuse(fmt::format("\"values\" holds {}, expected texts only", shown(value)));
    }
    values.push_back(value.get<std::string>());
    if (!met.insert(values.back()).second) {
      place.refuse(fmt::format("\"values\" holds {} twice", shown(value)));
    }
  }
  return values;
}

std::string kind_at(const json& object, const Place& place) {
  static const std::vector<std::string> kKinds = {"category", "number", "ignore"};
  if (!object.is_object()) {
    place.refuse(fmt::format("it is {}, expected an object with \"kind\"", shown(object)));
  }
  const auto found = object.find("kind");
  if (found == object.end()) {
    place.refuse(fmt::format("\"kind\" is missing, expected one of {}", quoted_list(kKinds)));
  }
  const std::string kind = found->is_string() ? found->get<std::string>() : "";
  if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) {
    const auto near = nearest(kind, kKinds);
    place.refuse(fmt::format("\"kind\" is {}, expected one of {}{}", shown(*found),
                             quoted_list(kKinds),
                             near ? fmt::format("; did you mean \"{}\"?", *near) : ""));
  }
  return kind;
}

Declarations::Column read_column(const std::string& name, const json& object, const Place& place) {
  Declarations::Column column;
  column.name = name;
  column.field.name = name;
  const std::string kind = kind_at(object, place);
  if (kind == "ignore") {
    allow_only(object, {"kind"}, place);
    column.ignore = true;
  } else if (kind == "category") {
    allow_only(object, {"kind", "values"}, place);
    column.field.kind = FieldKind::kCategory;
    column.field.values = values_at(object, place);
  } else {
    allow_only(object, {"kind", "min", "max", "whole"}, place);
    column.field.kind = FieldKind::kNumber;
    column.field.low = number_at(object, "min", column.field.low, place);
    column.field.high = number_at(object, "max", column.field.high, place);
    column.field.whole = flag_at(object, "whole", place);
    if (!(column.field.low < column.field.high)) {
      place.refuse(fmt::format("\"min\" ({}) is not below \"max\" ({})", column.field.low,
                               column.field.high));
    }
  }
  return column;
}

Window read_window(const json& value, const Place& place) {
  const bool two_texts =
      value.is_array() && value.size() == 2 && value[0].is_string() && value[1].is_string();
  const auto begin = two_texts ? parse_rfc3339_ns(value[0].get<std::string>()) : std::nullopt;
  const auto end = two_texts ? parse_rfc3339_ns(value[1].get<std::string>()) : std::nullopt;
  const Window window = {begin.value_or(0), end.value_or(0)};
  if (!begin || !end || !window.is_possible()) {
    place.refuse(fmt::format(
        "\"window\" is {}, expected two RFC 3339 times from 1970 to 2262, the earlier first",
        shown(value)));
  }
  return window;
}

json parse(std::string_view text, const std::string& name) {
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    throw Error(fmt::format("{} is not JSON: {}", name, error.what()), kRemedy);
  }
}

}  // namespace

Declarations parse_declarations(std::string_view text, const std::string& name) {
  const json root = parse(text, name);
  Place place{name, {}};
  if (!root.is_object()) {
    place.refuse(fmt::format("it holds {}, expected a JSON object", shown(root)));
  }
  allow_only(root, {"window", "columns"}, place);
  Declarations declarations;
  if (const auto window = root.find("window"); window != root.end()) {
    declarations.window = read_window(*window, place);
  }
  const json columns = root.value("columns", json::object());
  if (!columns.is_object()) {
    place.refuse(fmt::format("\"columns\" is {}, expected an object of columns", shown(columns)));
  }
  for (const auto& [column, object] : columns.items()) {
    place.column = column;
    declarations.columns.push_back(read_column(column, object, place));
  }
  return declarations;
}

Declarations read_declarations(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw Error(fmt::format("{} is a folder, expected a schema file", path), kRemedy);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw system_error("read schema file", path);
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_declarations(text, path);
}

}  // namespace tracetwin
