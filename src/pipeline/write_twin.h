#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/progress.h"
#include "pipeline/generate.h"
#include "pipeline/model.h"

namespace tracetwin {

/// Where a twin goes.
struct TwinOutput {
  std::filesystem::path path;  ///< "-" is standard output
  std::string format;          ///< row of the format table; empty = by the suffix
  bool force = false;          ///< replace what is there
};

struct TwinCounts {
  TraceKind kind = TraceKind::kFlows;
  std::uint64_t packets = 0;        ///< kPackets
  std::uint64_t conversations = 0;  ///< kPackets: that the packets are of
  std::uint64_t records = 0;        ///< kFlows: flow records
  bool events = false;              ///< which are rows of a table of events
};

/// Throws the Error that write_twin() would throw for its output, before any work is done: an
/// output that exists, a format that cannot be written or does not fit the kind of trace. A twin of
/// a table of `events` is CSV.
void check_twin_output(const TwinOutput& output, TraceKind kind, bool events = false);

/// Generates and writes a twin, and beside it OUTPUT.summary.json (not for standard output or a
/// device): the privacy statement and ledger, the seeds, the engine, and how much was written
/// (docs/formats.md).
TwinCounts write_twin(const TwinModel& model, const GenerateJob& job, const TwinOutput& output,
                      const Progress& progress);

/// The summary's place: "twin.pcap" -> "twin.pcap.summary.json".
std::filesystem::path summary_path(const std::filesystem::path& output);

}  // namespace tracetwin
