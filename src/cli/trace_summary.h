#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/progress.h"
#include "cli/heavy_hitters.h"
#include "cli/size_histogram.h"
#include "cli/tally.h"
#include "cli/value_counts.h"
#include "trace/assemble.h"
#include "trace/format/format.h"
#include "trace/reader.h"

namespace tracetwin::cli {

/// What `tracetwin inspect` says about a trace. Memory does not grow with the trace.
struct TraceSummary {
  struct Column {
    std::string name;
    ValueCounts values;
  };

  TraceKind kind = TraceKind::kPackets;
  SourceInfo source;
  FlowTimeouts timeouts;  ///< that flows of packets were assembled with
  Tally total;
  std::uint64_t wire_bytes = 0;       ///< packets only: frames as long as they were sent
  std::uint64_t captured_bytes = 0;   ///< packets only
  std::int64_t first_ns = 0;          ///< earliest packet or start of a flow
  std::int64_t last_ns = 0;           ///< latest packet or end of a flow
  std::uint64_t out_of_order = 0;     ///< packets older, flows that start before, their predecessor
  std::int64_t flow_duration_ns = 0;  ///< flow logs: mean
  SizeHistogram sizes;                ///< packets only: IP bytes
  Tally ipv4;
  Tally ipv6;
  std::array<Tally, 256> protocols;
  HeavyHitters talkers;         ///< a flow counts for both of its hosts
  std::vector<Column> columns;  ///< flow logs: beyond the five-tuple, time, packets and bytes
  Skips skips;
};

/// Reads all of `reader`. `file_bytes` (0 = unknown) is what progress is measured against.
/// Throws Error when there is nothing in it that can be read.
TraceSummary summarize(AnyReader reader, const FlowTimeouts& timeouts, std::uint64_t file_bytes,
                       const Progress& progress);

/// For people; `top` is how many hosts and values are named.
std::string summary_text(const TraceSummary& summary, std::size_t top);

/// For programs; the keys are listed in docs/inspect_json.md.
nlohmann::ordered_json summary_json(const TraceSummary& summary, std::size_t top);

/// "Ethernet", "Linux cooked v1", … or "link type 147".
std::string link_name(LinkType link);

}  // namespace tracetwin::cli
