#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/progress.h"
#include "trace/assemble.h"
#include "trace/format/format.h"

namespace tracetwin::cli {

/// Where a conversion writes; "-" is standard output.
struct Target {
  const Format& format;
  std::filesystem::path path;
  bool force = false;
};

/// What a conversion did.
struct Conversion {
  SourceInfo source;
  std::uint64_t read = 0;
  std::string_view read_unit;  ///< "frames", "packets", "flows"
  std::uint64_t written = 0;
  std::string_view written_unit;
  Skips skipped;  ///< what could not be read
  Skips changed;  ///< what was written otherwise than it was read, by reason
};

/// Writes all that can be read to `target`, streaming:
/// - frames to a capture: bytes, lengths, link types and times stay as they are;
/// - packets of a packet table to a capture: as Ethernet frames made from their headers;
/// - packets to a packet table: their header fields;
/// - packets to a flow log: assembled with `timeouts`, in order of their ends; a Zeek log gets
///   connections (both directions, with the originator's and the responder's share), any other
///   flow log one record a direction, as NetFlow has them;
/// - flow records to a flow log: as they are, with their further columns.
/// Throws Error for flow records to packets, and when nothing in the input can be read; then, as
/// after any Error, nothing is left at target.path.
Conversion convert_trace(AnyReader reader, const Target& target, const FlowTimeouts& timeouts,
                         std::uint64_t file_bytes = 0, const Progress& progress = {});

}  // namespace tracetwin::cli
