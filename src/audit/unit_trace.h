#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "audit/memory_file.h"
#include "base/progress.h"
#include "schema/field.h"
#include "trace/assemble.h"
#include "trace/flow.h"
#include "trace/packet.h"
#include "trace/reader.h"

namespace tracetwin::audit {

/// A trace in memory, from which units (flow records, or conversations of a capture) can be taken.
/// Private, unless it was made up.
struct UnitTrace {
  TraceKind kind = TraceKind::kFlows;
  std::size_t units = 0;
  FlowBatch flows;                          ///< flow logs: one record a unit
  std::vector<std::string> extra_columns;   ///< flow logs
  std::vector<Packet> packets;              ///< captures
  std::vector<std::size_t> unit_of_packet;  ///< captures: parallel to packets
};

/// Reads a trace whole. Throws Error for standard input, which cannot be read twice, for a trace
/// without units, and for what open_trace() refuses.
UnitTrace load_units(const std::filesystem::path& path, const FlowTimeouts& timeouts,
                     const Progress& progress);

/// The trace that the game is played on when none is given: `units` flow records with a category
/// column "label", the same on every call. One half are all alike; the other half have values that
/// occur once each, within the coarse cells that the canary's values fall into. So every pair of
/// fields depends on each other and is measured, and the canary's cell is well filled everywhere:
/// no rounding to zero helps to hide it, only the noise does. The worst case for the mechanism.
/// Where a unit may have several rows, no two records have a source in common, so that bounding its
/// rows leaves the trace as it is.
UnitTrace worst_case(std::size_t units, bool own_sources = false);

/// In which its flows start.
Window worst_case_window();

/// A unit like none in `trace`: addresses, ports and category text that it does not hold, and
/// extreme numbers, in the year 2099.
/// It begins in the middle of `window`, where training leaves out what lies outside, and else far
/// away from the trace. It has `rows` rows, all in the same cells of every table: what moves a
/// table most. Records of one five-tuple, or conversations of one source.
UnitTrace canary_for(const UnitTrace& trace, const std::optional<Window>& window = {},
                     std::size_t rows = 1);

/// Which units of a trace, by position.
using Choice = std::vector<bool>;
/// Each unit by the toss of a fair coin.
Choice random_half(std::size_t units, std::uint64_t seed);
/// Not more than `most` of the units, drawn uniformly.
Choice random_units(std::size_t units, std::size_t most, std::uint64_t seed);

/// The chosen units of `trace` and all of `more` (null: none; else of the same kind and columns) as
/// a flow CSV or a packet CSV.
MemoryFile written(const UnitTrace& trace, const Choice& choice, const UnitTrace* more = nullptr);

}  // namespace tracetwin::audit
