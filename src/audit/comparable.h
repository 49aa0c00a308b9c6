#pragma once

#include <vector>

#include "encode/vocabulary.h"
#include "pipeline/model.h"
#include "schema/field.h"

namespace tracetwin::audit {

/// Records as values that can be compared between a trace and its twin: keys parallel to the
/// schema's fields, texts of categories replaced by a 64-bit digest.
using Rows = std::vector<std::vector<Key>>;

Rows comparable_rows(const Schema& schema, const std::vector<PrivateColumn>& columns);
/// A twin's records, as generate_rows() gives them: before they are made legal and written, which
/// uses nothing but them and so reveals no more.
Rows comparable_rows(const TwinModel& model, Rows decoded);

/// Positions of the first two fields, the same in every schema.
inline constexpr std::size_t kSource = 0;
inline constexpr std::size_t kDestination = 1;
/// The first five fields are the five-tuple.
inline constexpr std::size_t kTupleFields = 5;

/// How unlike two records are: 0 for equal ones, at most 1 a field. Addresses by the prefix they
/// share, counters by their ratio, times by their distance, everything else equal or not.
double distance(const Schema& schema, const std::vector<Key>& a, const std::vector<Key>& b);

}  // namespace tracetwin::audit
