#pragma once

#include <vector>

#include "base/progress.h"
#include "encode/codec.h"
#include "pipeline/generate.h"

namespace tracetwin {

/// Streams of random numbers that generation uses, one number each so that no two stages share one.
enum GenerateStream : std::uint64_t {
  kFamilyStream = 1,
  kDecodeStream = 2,
  kCompileStream = 3,
  kHostStream = 4,
};

/// The synthetic records of a model as decoded values, one vector of keys (parallel to the
/// schema's fields) a record, sorted by time.
std::vector<std::vector<Key>> generate_rows(const TwinModel& model, const GenerateJob& job,
                                            const Progress& progress);

/// Position of the schema's field of kind kTime.
std::size_t time_field(const Schema& schema);

}  // namespace tracetwin
