#include "pipeline/series_data.h"

#include "pipeline/rows.h"
#include "pipeline/series_fields.h"

namespace tracetwin {
namespace {

std::vector<Key> keys_of(const PrivateColumn& column, const Field& field,
                         const Vocabulary& vocabulary) {
  return field.kind == FieldKind::kCategory ? vocabulary.encode(column).all<Key>()
                                            : column.values.all<Key>();
}

void add_packets(const PrivateTrace& trace, series::SeriesData& data) {
  const std::size_t fields = trace.schema.fields.size();
  data.rows.resize(data.fields.size());
  data.records.assign(data.fields.size(), {});
  std::vector<Key>& directions = data.records[direction_field(fields)];
  std::vector<Key>& payloads = data.records[payload_field_at(fields)];
  for (const StepInContext& step : trace.steps) {
    directions.push_back(step.step.forward ? 1 : 0);
    payloads.push_back(step.step.payload);
  }
  data.flows = series::flows_of_conversations(data.rows[data.time_field], trace.steps);
}

}  // namespace

series::SeriesData series_data(const PrivateTrace& trace, const TwinModel& model) {
  series::SeriesData data;
  SeriesFields fields = series_fields(model);
  data.fields = std::move(fields.fields);
  data.vocabularies = std::move(fields.vocabularies);
  data.time_field = time_field(trace.schema);
  data.packets = trace.schema.kind == TraceKind::kPackets;
  for (std::size_t f = 0; f < trace.columns.size(); ++f) {
    data.rows.push_back(keys_of(trace.columns[f], data.fields[f], data.vocabularies[f]));
  }
  if (data.packets) {
    add_packets(trace, data);
  } else {
    data.records = data.rows;
    data.flows = series::flows_of_records(data.rows, data.time_field);
  }
  return data;
}

}  // namespace tracetwin
