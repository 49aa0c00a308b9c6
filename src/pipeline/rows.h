#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

inline constexpr std::size_t kRowsOfPart = 2048;
inline constexpr std::size_t kRowsAtOnce = 32 * kRowsOfPart;

/// Which of several processes makes a part of rows that are handed on together. Flow records are
/// dealt out in turn. Of packets the first process, which puts all in order and writes them, makes
/// fewer the more others there are, and none beside five or more: a part costs it about a
/// fifth of what making one takes.
std::size_t maker_of(std::size_t part, TraceKind kind, std::size_t processes);
/// After how many parts of packets the makers repeat.
std::size_t parts_of_round(std::size_t processes);

/// Hands the synthetic records of a model to `visit` in order of time, kRowsAtOnce for each process
/// of the job's site at a time (the last time fewer). Of these a process has only the parts of
/// kRowsOfPart rows that it makes; of the others' rows, only the time is right. `visit` may keep
/// the rows and leave others in their place. Memory grows with hosts (pipeline/hosts.h), not with
/// records: these wait in sorted runs (sorted_runs.h).
void stream_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                 const std::function<void(std::vector<Row>&)>& visit);
/// All of them, in memory; for one process.
std::vector<Row> generate_rows(const TwinModel& model, const GenerateJob& job,
                               const Progress& progress);

/// Position of the schema's field of kind kTime.
std::size_t time_field(const Schema& schema);

}  // namespace tracetwin
