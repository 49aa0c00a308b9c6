#include "encode/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/text.h"

namespace tracetwin {
namespace {

/// What a flow log says of all events alike, by the name of its column: a datagram.
struct Constant {
  const char* column;
  const char* value;
};
constexpr std::array<Constant, 8> kConstants = {{{"srcip", "10.0.0.1"},
                                                 {"dstip", "10.0.0.2"},
                                                 {"srcport", "1"},
                                                 {"dstport", "1"},
                                                 {"proto", "17"},
                                                 {"td", "0"},
                                                 {"pkt", "1"},
                                                 {"byt", "28"}}};
constexpr std::size_t kTimeField = 5;
constexpr std::size_t kTupleFields = 5;
constexpr const char* kNoTime = "0";
constexpr std::int64_t kNoTimeSpan = 1024;  // ns; what networks tell apart at least

/// The same as keys, in the places of standard_fields(kFlows).
std::array<Key, 8> fixed_keys() {
  return {key_of(IpAddress::v4(0x0a000001)),
          key_of(IpAddress::v4(0x0a000002)),
          1,
          1,
          17,
          0,
          0,
          pair_key(1, 28)};
}

ColumnMap::Entry constant(const std::string& column, const std::string& value) {
  ColumnMap::Entry entry;
  entry.name = column;
  entry.value = value;
  return entry;
}

ColumnMap::Entry further(const std::string& column) {
  ColumnMap::Entry entry;
  entry.name = entry.source = column;
  entry.further = true;
  return entry;
}

ColumnMap::Entry time_entry(const EventTable& table) {
  ColumnMap::Entry entry;
  entry.name = "ts";
  entry.source = table.time;
  entry.scale = table.time_scale;
  return entry;
}

/// A table's time is one of its columns, too, so that its place is known.
ColumnMap columns_of(const EventTable& table, const std::vector<std::string>& names) {
  ColumnMap map;
  for (const Constant& known : kConstants) {
    map.entries.push_back(constant(known.column, known.value));
  }
  if (!table.time.empty()) {
    map.entries.push_back(further(table.time));
  }
  for (const std::string& name : names) {
    if (name != table.time) {
      map.entries.push_back(further(name));
    }
  }
  map.entries.push_back(table.time.empty() ? constant("ts", kNoTime) : time_entry(table));
  return map;
}

void check_keys(const Schema& schema) {
  std::vector<std::string> names;
  for (std::size_t f = standard_fields(schema.kind).size(); f < schema.fields.size(); ++f) {
    names.push_back(schema.fields[f].name);
  }
  if (names.empty()) {
    throw Error("the schema file declares no column of the table",
                R"(Declare them, such as "columns": {"value": {"kind": "number"}}.)");
  }
  for (const std::string& key : schema.events->key) {
    if (std::ranges::find(names, key) == names.end()) {
      const auto near = nearest(key, names);
      throw Error(fmt::format("the key \"{}\" of the table is not a declared column", key),
                  near ? fmt::format("Did you mean \"{}\"?", *near)
                       : fmt::format("Declare it; declared are {}.", fmt::join(names, ", ")));
    }
  }
}

}  // namespace

ColumnMap event_columns(const Declarations& declarations) {
  std::vector<std::string> names;
  for (const auto& column : declarations.columns) {
    if (!column.ignore && column.from.empty()) {
      names.push_back(column.name);
    } else if (!column.ignore && std::ranges::find(names, column.from) == names.end()) {
      names.push_back(column.from);
    }
  }
  if (declarations.series) {
    const auto& steps = declarations.series->columns;
    names.insert(names.end(), steps.begin(), steps.end());
  }
  return columns_of(declarations.events.value(), names);
}

ColumnMap twin_columns(const Declarations& declarations) {
  Declarations twins = declarations;
  for (auto& column : twins.columns) {
    column.from.clear();
  }
  return event_columns(twins);
}

ColumnMap twin_columns(const Schema& schema) {
  return columns_of(schema.events.value(), schema.events->columns);
}

std::vector<Field> event_fields(const EventTable& table) {
  const auto standard = standard_fields(TraceKind::kFlows);
  std::vector<Field> fields(standard.begin(), standard.end());
  const auto keys = fixed_keys();
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (f == kTimeField && !table.time.empty()) {
      fields[f].name = table.time;
      continue;
    }
    fields[f].name = fmt::format("({})", fields[f].name);
    fields[f].fixed = keys[f];
  }
  return fields;
}

namespace {

/// The columns of a series, in order of the file.
std::vector<std::string> steps_among(std::span<const std::string> columns,
                                     const Declarations::Series& series) {
  if (series.first.empty()) {
    return series.columns;
  }
  const auto first = std::ranges::find(columns, series.first);
  const auto last = std::find(first, columns.end(), series.last);
  if (last == columns.end()) {
    throw Error(
        fmt::format("the table has no columns from \"{}\" to \"{}\"", series.first, series.last),
        "Correct \"first\" and \"last\" of the series in the schema file.");
  }
  return {first, last + 1};
}

void check_series(const Schema& schema) {
  if (!schema.events->steps.empty() && !schema.events->time.empty()) {
    throw Error("a table of series has its times in its columns, and this one has a column of time",
                R"(Leave "time" out of the schema file, or "series".)");
  }
}

/// The fields that are declared, by the names of their columns.
std::map<std::string, Field> declared_fields(std::span<const std::string> columns,
                                             const Declarations& declarations, Schema& schema) {
  std::map<std::string, Field> fields;
  for (const auto& column : declarations.columns) {
    if (!column.ignore) {
      Field& field = fields[column.name] = column.field;
      end_with_other(field.values);
    }
  }
  if (declarations.series) {
    schema.events->steps = steps_among(columns, *declarations.series);
    for (const std::string& step : schema.events->steps) {
      fields[step] = declarations.series->field;
      fields[step].name = step;
    }
  }
  return fields;
}

}  // namespace

Schema event_schema(std::span<const std::string> columns, const Declarations& declarations) {
  refuse_missing(declarations, columns);
  Schema schema;
  schema.kind = TraceKind::kFlows;
  schema.events = declarations.events;
  schema.events->columns.clear();
  schema.fields = event_fields(*schema.events);
  schema.window = schema.events->time.empty() ? Window{0, kNoTimeSpan} : declarations.window;
  const auto fields = declared_fields(columns, declarations, schema);
  for (const std::string& name : columns) {
    const auto field = fields.find(name);
    const auto ignored = [&](const Declarations::Column& column) {
      return (column.ignore && column.name == name) || column.from == name;
    };
    if (name == schema.events->time) {
      schema.events->columns.push_back(name);
    } else if (field != fields.end()) {
      schema.events->columns.push_back(name);
      schema.fields.push_back(field->second);
    } else if (std::ranges::none_of(declarations.columns, ignored)) {
      schema.left_out.push_back(name);
    }
  }
  check_keys(schema);
  check_series(schema);
  return schema;
}

void fill_fixed(const Schema& schema, std::vector<Key>& row) {
  for (std::size_t f = 0; f < std::min(row.size(), schema.fields.size()); ++f) {
    row[f] = schema.fields[f].fixed.value_or(row[f]);
  }
}

std::vector<std::size_t> key_fields(const Schema& schema) {
  std::vector<std::size_t> fields;
  if (!schema.events) {
    fields.resize(kTupleFields);
    std::iota(fields.begin(), fields.end(), std::size_t{0});
    return fields;
  }
  for (const std::string& key : schema.events->key) {
    const auto found = std::ranges::find(schema.fields, key, &Field::name);
    fields.push_back(static_cast<std::size_t>(found - schema.fields.begin()));
  }
  return fields;
}

}  // namespace tracetwin
