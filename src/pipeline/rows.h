#pragma once

#include <functional>
#include <span>
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
  kTimeStream = 5,
  kTokenStream = 6,
  kPacketStream = 7,
  kSizeStream = 8,
  kAdmitStream = 9,
};

/// One synthetic record as decoded values: keys parallel to the schema's fields.
using Row = std::vector<Key>;

/// How many records a job without a selection makes.
std::size_t rows_asked(const TwinModel& model, const GenerateJob& job);

/// Hands the synthetic records of a model to `visit` in order of time, kRowsAtOnce for each process
/// of the job's site at a time (the last time fewer). Of these a process has only its own parts of
/// kRowsOfPart rows, which are dealt out in turn; of the others' rows, only the time is right.
/// Memory grows with hosts (pipeline/hosts.h), not with records: these wait in sorted runs
/// (sorted_runs.h).
inline constexpr std::size_t kRowsOfPart = 8192;
inline constexpr std::size_t kRowsAtOnce = 8 * kRowsOfPart;
void stream_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                 const std::function<void(std::span<const Row>)>& visit);
/// All of them, in memory; for one process.
std::vector<Row> generate_rows(const TwinModel& model, const GenerateJob& job,
                               const Progress& progress);

/// Position of the schema's field of kind kTime.
std::size_t time_field(const Schema& schema);

}  // namespace tracetwin
