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
  std::vector<PrivateColumn> columns;  ///< one a field of the schema
  std::vector<StepInContext> steps;    ///< captures
  /// Captures, by row: rises with the conversations' first packets. Rows themselves are in order
  /// of their ends, which packets of other conversations decide.
  std::vector<std::uint64_t> numbers;
  TrainSummary summary;

  std::size_t rows() const { return columns.front().values.size(); }
};

/// Reads job.input and job.further whole, as one trace. Throws Error when nothing in it can be
/// read.
PrivateTrace read_private(const TrainJob& job, const Progress& progress);

}  // namespace tracetwin
