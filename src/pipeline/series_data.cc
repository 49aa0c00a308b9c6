#include "pipeline/series_data.h"

#include "encode/events.h"
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

/// Each row is a series: its numbers are the records, a second apart.
void add_steps(const std::vector<std::size_t>& steps, series::SeriesData& data) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  std::vector<Key> times;
  std::vector<Key> series_of;
  data.records.assign(data.fields.size(), {});
  std::vector<Key>& values = data.records[step_field(data.fields.size() - 1)];
  for (std::size_t row = 0; row < data.rows[steps.front()].size(); ++row) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      times.push_back(i * kSecond);
      series_of.push_back(row);
      values.push_back(data.rows[steps[i]][row]);
    }
  }
  data.flows = series::flows_of_records({series_of, times}, 1, {0});
  for (std::uint32_t& owner : data.flows.owner) {
    owner /= static_cast<std::uint32_t>(steps.size());
  }
  for (const std::size_t step : steps) {
    data.rows[step].clear();
  }
  data.rows[data.time_field].clear();
  data.rows.resize(data.fields.size());
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
  const std::vector<std::size_t> steps = step_columns(trace.schema);
  if (data.packets) {
    add_packets(trace, data);
  } else if (!steps.empty()) {
    data.packets = true;
    add_steps(steps, data);
  } else {
    data.records = data.rows;
    data.keys = key_fields(trace.schema);
    data.flows = series::flows_of_records(data.rows, data.time_field, data.keys);
  }
  return data;
}

}  // namespace tracetwin
