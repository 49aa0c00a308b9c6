#include "pipeline/series_fields.h"

#include <algorithm>

#include "encode/events.h"
#include "encode/step_tables.h"
#include "pipeline/model.h"

namespace tracetwin {

SeriesFields series_fields(const TwinModel& model) {
  SeriesFields fields{model.schema.fields, model.vocabularies};
  if (model.packets) {
    Field direction;
    direction.name = "direction";
    direction.kind = FieldKind::kCode;
    direction.cells = 2;
    fields.fields.push_back(std::move(direction));
    fields.fields.push_back(payload_field());
    // The direction is a bit, which needs no vocabulary; the place has to be filled.
    fields.vocabularies.insert(fields.vocabularies.end(), 2, model.packets->payload_codes);
  }
  const std::vector<std::size_t> steps = step_columns(model.schema);
  if (!steps.empty()) {
    fields.fields.push_back(model.schema.fields[steps.front()]);
    fields.fields.back().name = "step";
    fields.vocabularies.push_back(fields.vocabularies[steps.front()]);
  }
  return fields;
}

std::vector<std::size_t> step_columns(const Schema& schema) {
  std::vector<std::size_t> columns;
  for (const std::string& step :
       schema.events ? schema.events->steps : std::vector<std::string>()) {
    const auto found = std::ranges::find(schema.fields, step, &Field::name);
    columns.push_back(static_cast<std::size_t>(found - schema.fields.begin()));
  }
  return columns;
}

series::MixFields mix_fields(const TwinModel& model) {
  series::MixFields fields;
  if (model.packets) {
    fields.direction = direction_field(model.schema.fields.size());
  }
  fields.key = key_fields(model.schema);
  return fields;
}

}  // namespace tracetwin
