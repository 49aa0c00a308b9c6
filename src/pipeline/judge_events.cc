#include "pipeline/judge_events.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "encode/events.h"
#include "trace/format/format.h"

namespace tracetwin {
namespace {

evaluate::EventColumns columns_of(const EventTable& table, const std::vector<Field>& fields) {
  evaluate::EventColumns columns;
  columns.key = table.key;
  for (const Field& field : fields) {
    (field.kind == FieldKind::kNumber ? columns.numbers : columns.categories).push_back(field.name);
  }
  return columns;
}

TraceOpener opener_by(const ColumnMap& columns) {
  return [columns](const std::filesystem::path& file) {
    return open_trace(file, ReadAs{"", columns});
  };
}

}  // namespace

void judge_events(const Declarations& declarations, evaluate::EvaluateJob& job) {
  if (!declarations.events) {
    return;
  }
  std::vector<Field> fields;
  for (const auto& column : declarations.columns) {
    if (!column.ignore) {
      fields.push_back(column.field);
    }
  }
  job.events = columns_of(*declarations.events, fields);
  if (declarations.series) {
    const auto& series = *declarations.series;
    job.events->series = {series.columns, series.first, series.last};
  }
  job.open_synthetic = opener_by(twin_columns(declarations));
}

void judge_events(const Schema& schema, evaluate::EvaluateJob& job) {
  if (!schema.events) {
    return;
  }
  const auto first = schema.fields.begin() +
                     static_cast<std::ptrdiff_t>(standard_fields(TraceKind::kFlows).size());
  std::vector<Field> fields;
  std::copy_if(first, schema.fields.end(), std::back_inserter(fields), [&](const Field& field) {
    return std::ranges::find(schema.events->steps, field.name) == schema.events->steps.end();
  });
  job.events = columns_of(*schema.events, fields);
  job.events->series = {schema.events->steps, {}, {}};
  job.open_synthetic = opener_by(twin_columns(schema));
}

}  // namespace tracetwin
