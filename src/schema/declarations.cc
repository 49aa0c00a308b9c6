#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <span>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"
#include "schema/field.h"
#include "trace/format/text/column_map.h"

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

std::optional<int> decimals_at(const json& object, const Place& place) {
  constexpr int kMostDecimals = 15;
  const auto found = object.find("decimals");
  if (found == object.end()) {
    return std::nullopt;
  }
  if (!found->is_number_integer() || *found < 0 || *found > kMostDecimals) {
    place.refuse(fmt::format("\"decimals\" is {}, expected 0 to {}", shown(*found), kMostDecimals));
  }
  return found->get<int>();
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

std::string text_at(const json& object, const char* name, const Place& place) {
  const auto found = object.find(name);
  if (found != object.end() && !found->is_string()) {
    place.refuse(fmt::format("\"{}\" is {}, expected a text", name, shown(*found)));
  }
  return found == object.end() ? "" : found->get<std::string>();
}

void check_pattern(const std::string& pattern, const Place& place) {
  try {
    if (!pattern.empty() && std::regex(pattern).mark_count() == 0) {
      place.refuse("\"match\" has no group in parentheses, which would be the value");
    }
  } catch (const std::regex_error&) {
    place.refuse(fmt::format("\"match\" is \"{}\", no regular expression", pattern));
  }
}

void read_number(const json& object, const Place& place, Field& field) {
  field.kind = FieldKind::kNumber;
  field.low = number_at(object, "min", field.low, place);
  field.high = number_at(object, "max", field.high, place);
  field.whole = flag_at(object, "whole", place);
  field.decimals = decimals_at(object, place);
  if (!(field.low < field.high)) {
    place.refuse(fmt::format("\"min\" ({}) is not below \"max\" ({})", field.low, field.high));
  }
}

std::string kind_at(const json& object, bool events, const Place& place) {
  std::vector<std::string> kinds = {"category", "number", "ignore"};
  if (events) {
    kinds.insert(kinds.end(), {"address", "port"});
  }
  if (!object.is_object()) {
    place.refuse(fmt::format("it is {}, expected an object with \"kind\"", shown(object)));
  }
  const auto found = object.find("kind");
  if (found == object.end()) {
    place.refuse(fmt::format("\"kind\" is missing, expected one of {}", quoted_list(kinds)));
  }
  const std::string kind = found->is_string() ? found->get<std::string>() : "";
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    const auto near = nearest(kind, kinds);
    place.refuse(fmt::format("\"kind\" is {}, expected one of {}{}", shown(*found),
                             quoted_list(kinds),
                             near ? fmt::format("; did you mean \"{}\"?", *near) : ""));
  }
  return kind;
}

Declarations::Column read_column(const std::string& name, const json& object, bool events,
                                 const Place& place) {
  Declarations::Column column;
  column.name = name;
  column.field.name = name;
  const std::string kind = kind_at(object, events, place);
  std::vector<std::string> keys = {"kind"};
  if (events && kind != "ignore") {
    column.from = text_at(object, "from", place);
    column.match = text_at(object, "match", place);
    check_pattern(column.match, place);
    keys.insert(keys.end(), {"from", "match"});
  }
  const auto allow = [&](std::initializer_list<std::string> more) {
    std::vector<std::string> all = keys;
    all.insert(all.end(), more);
    allow_only(object, all, place);
  };
  if (kind == "ignore") {
    allow({});
    column.ignore = true;
  } else if (kind == "category") {
    allow({"values"});
    column.field.kind = FieldKind::kCategory;
    column.field.values = values_at(object, place);
  } else if (kind == "address" || kind == "port") {
    allow({});
    column.field.kind = kind == "port" ? FieldKind::kPort : FieldKind::kAddress;
  } else {
    allow({"min", "max", "whole", "decimals"});
    read_number(object, place, column.field);
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

std::vector<std::string> texts_at(const json& object, const char* name, const Place& place) {
  const json found = object.value(name, json::array());
  std::vector<std::string> texts;
  for (const json& text : found.is_array() ? found : json::array({found})) {
    if (!text.is_string()) {
      place.refuse(fmt::format("\"{}\" holds {}, expected names of columns", name, shown(text)));
    }
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

/// "time": "when", or {"column": "when", "unit": "s"}.
void read_time(const json& value, const Place& place, EventTable& table) {
  const json object = value.is_string() ? json{{"column", value}} : value;
  if (!object.is_object() || !object.contains("column") || !object.at("column").is_string()) {
    place.refuse(fmt::format("\"time\" is {}, expected the name of a column", shown(value)));
  }
  allow_only(object, {"column", "unit"}, place);
  table.time = object.at("column").get<std::string>();
  if (object.contains("unit")) {
    const json& unit = object.at("unit");
    table.time_scale = unit.is_string() ? scale_of_unit(unit.get<std::string>()) : std::nullopt;
    if (!table.time_scale) {
      place.refuse(fmt::format("\"unit\" is {}, expected s, ms, us or ns", shown(unit)));
    }
  }
}

std::optional<EventTable> read_events(const json& root, const Place& place) {
  const json table = root.value("table", json("flows"));
  if (table != "flows" && table != "events") {
    place.refuse(fmt::format("\"table\" is {}, expected \"flows\" or \"events\"", shown(table)));
  }
  if (table == "flows") {
    for (const char* name : {"time", "key", "series"}) {
      if (root.contains(name)) {
        place.refuse(fmt::format("\"{}\" is that of a table of \"events\"", name));
      }
    }
    return std::nullopt;
  }
  EventTable events;
  if (root.contains("time")) {
    read_time(root.at("time"), place, events);
  }
  events.key = texts_at(root, "key", place);
  return events;
}

std::optional<Declarations::Series> read_series(const json& root, const Place& place) {
  if (!root.contains("series")) {
    return std::nullopt;
  }
  const json& object = root.at("series");
  if (!object.is_object()) {
    place.refuse(fmt::format("\"series\" is {}, expected an object", shown(object)));
  }
  allow_only(object, {"columns", "first", "last", "min", "max", "whole", "decimals"}, place);
  Declarations::Series series;
  series.columns = texts_at(object, "columns", place);
  series.first = text_at(object, "first", place);
  series.last = text_at(object, "last", place);
  read_number(object, place, series.field);
  const bool range = !series.first.empty() && !series.last.empty();
  if (range == !series.columns.empty()) {
    place.refuse("\"series\" needs either \"columns\", or \"first\" and \"last\"");
  }
  return series;
}

json parse(std::string_view text, const std::string& name) {
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    const std::string_view what = error.what();  // "[json.exception.…] parse error at line 1, …"
    const std::size_t said = what.find("] ");
    throw Error(fmt::format("{} is not JSON: {}", name,
                            said == std::string_view::npos ? what : what.substr(said + 2)),
                kRemedy);
  }
}

}  // namespace

Declarations parse_declarations(std::string_view text, const std::string& name) {
  const json root = parse(text, name);
  Place place{name, {}};
  if (!root.is_object()) {
    place.refuse(fmt::format("it holds {}, expected a JSON object", shown(root)));
  }
  allow_only(root, {"table", "time", "key", "window", "columns", "series"}, place);
  Declarations declarations;
  declarations.events = read_events(root, place);
  declarations.series = read_series(root, place);
  if (const auto window = root.find("window"); window != root.end()) {
    if (declarations.events && declarations.events->time.empty()) {
      place.refuse("\"window\" is about times, and no \"time\" is declared");
    }
    declarations.window = read_window(*window, place);
  }
  const json columns = root.value("columns", json::object());
  if (!columns.is_object()) {
    place.refuse(fmt::format("\"columns\" is {}, expected an object of columns", shown(columns)));
  }
  for (const auto& [column, object] : columns.items()) {
    place.column = column;
    if (declarations.events && column == declarations.events->time) {
      place.refuse("it is the time already, and needs no kind");
    }
    declarations.columns.push_back(
        read_column(column, object, declarations.events.has_value(), place));
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
