#include "pipeline/series_fields.h"

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
  return fields;
}

series::MixFields mix_fields(const TwinModel& model) {
  series::MixFields fields;
  if (model.packets) {
    fields.direction = direction_field(model.schema.fields.size());
  }
  return fields;
}

}  // namespace tracetwin
