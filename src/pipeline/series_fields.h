#pragma once

#include <vector>

#include "encode/vocabulary.h"
#include "schema/field.h"
#include "series/coding.h"
#include "series/mix.h"

namespace tracetwin {

struct TwinModel;

/// The fields that a time-series network sees: the schema's, and for a capture two more, of its
/// packets: direction (1 = forward) and payload; for a table of series one more, of their numbers.
struct SeriesFields {
  std::vector<Field> fields;
  std::vector<Vocabulary> vocabularies;  ///< parallel

  series::Lexicon lexicon(const std::vector<series::Embedding>& embeddings) const {
    return {fields, vocabularies, embeddings};
  }
};

SeriesFields series_fields(const TwinModel& model);
series::MixFields mix_fields(const TwinModel& model);

/// Places of the two fields of packets, behind the schema's `fields`.
inline std::size_t direction_field(std::size_t fields) {
  return fields;
}
inline std::size_t payload_field_at(std::size_t fields) {
  return fields + 1;
}

inline std::size_t step_field(std::size_t fields) {
  return fields;
}
/// Places of the fields that are the numbers of a series, in order of time; none in other tables.
std::vector<std::size_t> step_columns(const Schema& schema);

}  // namespace tracetwin
