#include "pipeline/plan_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "encode/events.h"

namespace tracetwin {
namespace {

using netshare::Encoding;
using netshare::FieldSpec;
using netshare::FieldType;
using netshare::RunPlan;

constexpr std::string_view kPorts = "port";
constexpr const char* kFileColumn = "filename";

bool has_column(const std::vector<FieldSpec>& fields, std::string_view name) {
  return std::ranges::any_of(fields,
                             [&](const FieldSpec& spec) { return spec.columns.front() == name; });
}

/// A flow log has all that its readers need.
bool is_flow_log(const RunPlan& plan) {
  constexpr std::array<std::string_view, 5> kTuple = {"srcip", "dstip", "srcport", "dstport",
                                                      "proto"};
  const bool tuples = std::ranges::all_of(plan.metadata, [&](const FieldSpec& spec) {
    return std::ranges::find(kTuple, spec.columns.front()) != kTuple.end();
  });
  return tuples && has_column(plan.metadata, "srcip") && has_column(plan.metadata, "dstip") &&
         has_column(plan.metadata, "proto") && has_column(plan.timeseries, "pkt") &&
         has_column(plan.timeseries, "byt");
}

double largest_of(std::uint32_t bits) {
  return std::ldexp(1.0, static_cast<int>(bits)) - 1;
}

/// Numbers that NetShare gives its networks as bits or points keep their values here.
Field field_of(const FieldSpec& spec) {
  Field field;
  const bool is_port = spec.encoding == Encoding::kWord2vec && spec.group == kPorts;
  if (spec.type == FieldType::kIp) {
    field.kind = FieldKind::kAddress;
  } else if (is_port && spec.type == FieldType::kInteger) {
    field.kind = FieldKind::kPort;
  } else if (spec.encoding == Encoding::kContinuous || spec.encoding == Encoding::kBit) {
    field.kind = FieldKind::kNumber;
    field.whole = spec.type == FieldType::kInteger;
    field.low = spec.encoding == Encoding::kBit ? 0 : spec.min.value_or(field.low);
    field.high =
        spec.encoding == Encoding::kBit ? largest_of(spec.n_bits) : spec.max.value_or(field.high);
  } else {
    field.values = spec.choices;
  }
  return field;
}

void add_columns(const FieldSpec& spec, Declarations& declarations) {
  if (spec.columns.size() > 1) {
    if (declarations.series) {
      throw Error("the configuration has several fields of many columns",
                  "One of them makes the series of a row; leave the others out.");
    }
    declarations.series.emplace();
    declarations.series->columns = spec.columns;
    declarations.series->field = field_of(spec);
    return;
  }
  Declarations::Column column;
  column.name = spec.names.front();
  column.field = field_of(spec);
  column.field.name = column.name;
  column.from = column.name == spec.columns.front() ? "" : spec.columns.front();
  column.match = spec.regex;
  declarations.columns.push_back(std::move(column));
}

}  // namespace

bool is_about_events(const RunPlan& plan) {
  const netshare::Format format = plan.input.format;
  return (format == netshare::Format::kCsv || format == netshare::Format::kJsonLines) &&
         !is_flow_log(plan);
}

Declarations event_declarations(const RunPlan& plan) {
  Declarations declarations;
  declarations.events.emplace();
  for (const FieldSpec& spec : plan.metadata) {
    add_columns(spec, declarations);
    declarations.events->key.push_back(spec.names.front());
  }
  for (const FieldSpec& spec : plan.timeseries) {
    add_columns(spec, declarations);
  }
  if (plan.timestamp && !declarations.series) {
    declarations.events->time = plan.timestamp->column;
  }
  if (declarations.series) {
    declarations.events->key.clear();  // each row is a series of its own
  }
  return declarations;
}

Intake intake_of(const RunPlan& plan, const Declarations& declarations) {
  Intake intake;
  const netshare::Input& input = plan.input;
  if (input.format == netshare::Format::kJsonLines) {
    intake.read_as.format = "json-lines";
    for (const netshare::JsonColumn& column : input.columns) {
      intake.read_as.columns.entries.push_back(
          {column.name, column.key, std::nullopt, std::nullopt});
    }
    check_columns(intake.read_as.columns);
  }
  if (declarations.events) {
    const ColumnMap json = std::move(intake.read_as.columns);
    intake.read_as.columns = event_columns(declarations);
    for (ColumnMap::Entry& entry : intake.read_as.columns.entries) {
      const auto* place = entry.value ? nullptr : json.find(entry.source);
      entry.source = place == nullptr ? entry.source : place->source;
    }
    std::erase_if(intake.read_as.columns.entries,
                  [](const ColumnMap::Entry& entry) { return entry.source == kFileColumn; });
    intake.rewrites = rewrites_of(declarations);
  }
  const auto uses_file = [](const Declarations::Column& column) {
    return column.name == kFileColumn || column.from == kFileColumn;
  };
  if (std::ranges::any_of(declarations.columns, uses_file)) {
    intake.file_column = kFileColumn;
  }
  return intake;
}

}  // namespace tracetwin
