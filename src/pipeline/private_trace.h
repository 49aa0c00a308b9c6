#pragma once

#include <vector>

#include "encode/conversations.h"
#include "encode/vocabulary.h"
#include "pipeline/train.h"
#include "schema/field.h"
#include "trace/reader.h"

namespace tracetwin {

/// A trace taken apart into columns, in memory. Private.
struct PrivateTrace {
  Schema schema;
  SourceInfo info;
  std::vector<PrivateColumn> columns;     ///< one a field of the schema
  std::vector<StepInContext> steps;       ///< captures
  std::vector<ConversationPlace> places;  ///< captures, by row; rows are in order of their ends
  TrainSummary summary;

  std::size_t rows() const { return columns.front().values.size(); }
};

/// Reads job.input and job.further whole, as one trace. Throws Error when nothing in it can be
/// read.
PrivateTrace read_private(const TrainJob& job, const Progress& progress);

}  // namespace tracetwin
