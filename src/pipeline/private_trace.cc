#include "pipeline/private_trace.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "encode/flow_rows.h"
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

PrivateTrace read_flows(FlowReader& reader, const TrainJob& job, const Progress& progress) {
  FlowBatch batch;
  bool more = reader.next(batch);
  PrivateTrace trace;
  trace.schema = flow_schema(reader.extra_columns(), job.declarations);
  FlowColumns columns(trace.schema, reader.extra_columns());
  for (; more; more = reader.next(batch)) {
    columns.add(batch);
    if (progress) {
      progress({"reading", columns.rows(), 0, "records"});
    }
  }
  trace.columns = columns.columns();
  trace.info = reader.info();
  trace.summary.records = columns.rows();
  trace.summary.skips = reader.skips();
  trace.summary.skips.merge(columns.skips());
  return trace;
}

PrivateTrace read_packets(PacketReader& reader, const TrainJob& job, const Progress& progress) {
  PrivateTrace trace;
  trace.schema = capture_schema(job.declarations);
  ConversationColumns columns(job.timeouts, job.steps_per_conversation, job.seed,
                              trace.schema.window);
  for (Packet packet; reader.next(packet);) {
    if (is_possible_time(packet.time_ns)) {
      columns.add(packet);
    } else {
      trace.summary.skips.add("packet of a time outside 1970 to 2262", trace.summary.packets + 1);
    }
    if (++trace.summary.packets % kReportEvery == 0 && progress) {
      progress({"reading", trace.summary.packets, 0, "packets"});
    }
  }
  columns.finish();
  trace.columns = columns.columns();
  trace.steps = columns.steps();
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
