#include "pipeline/private_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "encode/flow_rows.h"
#include "engine/engine.h"
#include "trace/format/format.h"
#include "trace/time_range.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kReportEvery = 1 << 14;

[[noreturn]] void refuse_empty(const SourceInfo& info, const Skips& skips, bool has_window) {
  const std::string why =
      skips.rows().empty()
          ? "it holds none"
          : fmt::format("{} were left out, the first: {} (number {})", skips.total(),
                        skips.rows().front().reason, skips.rows().front().first);
  throw Error(
      fmt::format("{} has no packet or flow record that can be learned: {}", info.name, why),
      has_window ? "Give a window that the trace reaches into (tracetwin inspect tells its times)."
                 : "See tracetwin inspect for what the file holds.");
}

/// The columns that a model may have. Where no header names them, those that occur are a fact about
/// the records, so only what any such log has, or the user declares, is taken.
std::vector<std::string> public_columns(const FlowReader& reader,
                                        const Declarations& declarations) {
  if (reader.info().columns_in_header) {
    return reader.extra_columns();
  }
  std::vector<std::string> names = {"service", "conn_state", std::string(kOriginatorsPackets),
                                    std::string(kOriginatorsBytes)};
  for (const auto& column : declarations.columns) {
    if (std::find(names.begin(), names.end(), column.name) == names.end()) {
      names.push_back(column.name);
    }
  }
  return names;
}

PrivateTrace read_flows(FlowReader& reader, const TrainJob& job, const Progress& progress) {
  FlowBatch batch;
  bool more = reader.next(batch);
  PrivateTrace trace;
  trace.schema = flow_schema(public_columns(reader, job.declarations), job.declarations);
  FlowColumns columns(trace.schema, reader.extra_columns());
  for (; more; more = reader.next(batch)) {
    columns.add(batch);
    if (progress) {
      progress({"reading", columns.rows(), 0, "records"});
    }
  }
  trace.columns = columns.take_columns();
  trace.info = reader.info();
  trace.summary.records = columns.rows();
  trace.summary.skips = reader.skips();
  trace.summary.skips.merge(columns.skips());
  return trace;
}

/// Time-series engines learn from all packets.
std::size_t steps_kept(const TrainJob& job) {
  return engine::engine_named(job.engine).kind == engine::Kind::kSeries
             ? std::numeric_limits<std::size_t>::max()
             : job.steps_per_conversation;
}

PrivateTrace read_packets(PacketReader& reader, const TrainJob& job, const Progress& progress) {
  PrivateTrace trace;
  trace.schema = capture_schema(job.declarations);
  FlowTimeouts timeouts = job.timeouts;
  timeouts.independent = true;
  ConversationColumns columns(timeouts, steps_kept(job), job.seed, trace.schema.window);
  for (Packet packet; reader.next(packet);) {
    const std::uint64_t number = ++trace.summary.packets;
    if (!is_possible_time(packet.time_ns)) {
      trace.summary.skips.add("packet of a time outside 1970 to 2262", number);
    } else if (packet.is_later_fragment()) {
      trace.summary.skips.add("later fragment of a packet, of which models know nothing", number);
    } else {
      columns.add(packet);
    }
    if (number % kReportEvery == 0 && progress) {
      progress({"reading", trace.summary.packets, 0, "packets"});
    }
  }
  columns.finish();
  trace.columns = columns.take_columns();
  trace.steps = columns.take_steps();
  trace.numbers = columns.take_numbers();
  trace.info = reader.info();
  trace.summary.records = trace.rows();
  trace.summary.skips.merge(reader.skips());
  trace.summary.skips.merge(columns.skips());
  return trace;
}

}  // namespace

PrivateTrace read_private(const TrainJob& job, const Progress& progress) {
  AnyReader reader = open_trace(job.input);
  if (job.accept) {
    const bool flows = std::holds_alternative<std::unique_ptr<FlowReader>>(reader);
    job.accept(flows ? TraceKind::kFlows : TraceKind::kPackets);
  }
  PrivateTrace trace;
  if (auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader)) {
    trace = read_flows(**flows, job, progress);
  } else {
    trace = read_packets(*packets_of(std::move(reader)), job, progress);
  }
  if (trace.rows() == 0) {
    refuse_empty(trace.info, trace.summary.skips, trace.schema.window.has_value());
  }
  return trace;
}

}  // namespace tracetwin
