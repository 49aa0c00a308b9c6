// Packets are counted one by one only where it must be (sizes, times); what has a protocol or a
// host is counted when its flow ends, which costs a hundred times less.
#include "cli/trace_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

#include "base/error.h"
#include "trace/elapsed.h"

namespace tracetwin::cli {
namespace {

constexpr std::uint64_t kPacketsBetweenReports = 1 << 16;

void count_flow(const FiveTuple& tuple, const Tally& tally, TraceSummary& summary) {
  summary.total += tally;
  summary.protocols[tuple.proto] += tally;
  (tuple.src.is_v4() ? summary.ipv4 : summary.ipv6) += tally;
  summary.talkers.add(tuple.src, tally);
  if (tuple.dst != tuple.src) {
    summary.talkers.add(tuple.dst, tally);
  }
}

void count_packet(const Packet& packet, std::int64_t& newest_ns, TraceSummary& summary) {
  if (summary.sizes.count() == 0) {
    summary.first_ns = summary.last_ns = newest_ns = packet.time_ns;
  }
  summary.out_of_order += packet.time_ns < newest_ns ? 1 : 0;
  newest_ns = packet.time_ns;
  summary.first_ns = std::min(summary.first_ns, packet.time_ns);
  summary.last_ns = std::max(summary.last_ns, packet.time_ns);
  summary.wire_bytes += packet.wire_length;
  summary.captured_bytes += packet.captured_length;
  summary.sizes.add(packet.ip_length);
}

void read_packets(PacketReader& reader, std::uint64_t file_bytes, const Progress& progress,
                  TraceSummary& summary) {
  FlowAssembler flows(summary.timeouts, [&](const AssembledFlow& flow) {
    const Tally tally = {1, flow.forward.packets + flow.backward.packets,
                         flow.forward.bytes + flow.backward.bytes};
    count_flow(flow.tuple, tally, summary);
  });
  Packet packet;
  std::int64_t newest_ns = 0;
  while (reader.next(packet)) {
    count_packet(packet, newest_ns, summary);
    flows.add(packet);
    if (progress && summary.sizes.count() % kPacketsBetweenReports == 0) {
      progress({"reading", reader.bytes_read(), file_bytes, "bytes"});
    }
  }
  flows.finish();
  summary.source = reader.info();
  summary.skips.merge(reader.skips());
}

void count_record(const FlowRecord& record, std::int64_t& newest_ns, TraceSummary& summary) {
  const std::int64_t latest = std::numeric_limits<std::int64_t>::max();
  const std::int64_t end_ns =
      record.start_ns + std::min(record.duration_ns, elapsed(record.start_ns, latest));
  if (summary.total.flows == 0) {
    summary.first_ns = newest_ns = record.start_ns;
    summary.last_ns = end_ns;
  }
  summary.out_of_order += record.start_ns < newest_ns ? 1 : 0;
  newest_ns = record.start_ns;
  summary.first_ns = std::min(summary.first_ns, record.start_ns);
  summary.last_ns = std::max(summary.last_ns, end_ns);
  count_flow(record.tuple, {1, record.packets, record.bytes}, summary);
}

void count_columns(const FlowBatch& batch, TraceSummary& summary) {
  for (std::size_t c = 0; c < summary.columns.size() && c < batch.extras.size(); ++c) {
    for (std::size_t i = 0; i < batch.extras[c].size(); ++i) {
      summary.columns[c].values.add(batch.extras[c][i]);
    }
  }
}

void read_flows(FlowReader& reader, std::uint64_t file_bytes, const Progress& progress,
                TraceSummary& summary) {
  FlowBatch batch;
  std::int64_t newest_ns = 0;
  double duration_sum = 0;
  while (reader.next(batch)) {
    if (summary.columns.empty()) {
      for (const auto& name : reader.extra_columns()) {
        summary.columns.push_back({name, {}});
      }
    }
    for (const auto& record : batch.records) {
      count_record(record, newest_ns, summary);
      duration_sum += static_cast<double>(record.duration_ns);
    }
    count_columns(batch, summary);
    if (progress) {
      progress({"reading", reader.bytes_read(), file_bytes, "bytes"});
    }
  }
  const auto flows = static_cast<double>(std::max<std::uint64_t>(1, summary.total.flows));
  summary.flow_duration_ns = static_cast<std::int64_t>(duration_sum / flows);
  summary.source = reader.info();
  summary.skips.merge(reader.skips());
}

void refuse_nothing(const TraceSummary& summary) {
  if (summary.total.flows > 0) {
    return;
  }
  const auto& rows = summary.skips.rows();
  const bool packets = summary.kind == TraceKind::kPackets;
  throw Error(fmt::format("{} has no {} that can be read{}", summary.source.name,
                          packets ? "IP packet" : "flow record",
                          rows.empty() ? ""
                                       : fmt::format(": {} ({} times, first at {})", rows[0].reason,
                                                     rows[0].count, rows[0].first)));
}

}  // namespace

TraceSummary summarize(AnyReader reader, const FlowTimeouts& timeouts, std::uint64_t file_bytes,
                       const Progress& progress) {
  TraceSummary summary;
  summary.timeouts = timeouts;
  if (auto* flows = std::get_if<std::unique_ptr<FlowReader>>(&reader)) {
    summary.kind = TraceKind::kFlows;
    read_flows(**flows, file_bytes, progress, summary);
  } else {
    read_packets(*packets_of(std::move(reader)), file_bytes, progress, summary);
  }
  refuse_nothing(summary);
  return summary;
}

std::string link_name(LinkType link) {
  switch (link) {
    case LinkType::kNull:
      return "BSD loopback";
    case LinkType::kEthernet:
      return "Ethernet";
    case LinkType::kPpp:
    case LinkType::kPppHdlc:
      return "PPP";
    case LinkType::kPppEther:
      return "PPP over Ethernet";
    case LinkType::kRaw:
      return "raw IP";
    case LinkType::kLoop:
      return "OpenBSD loopback";
    case LinkType::kLinuxSll:
      return "Linux cooked v1";
    case LinkType::kIpv4:
      return "raw IPv4";
    case LinkType::kIpv6:
      return "raw IPv6";
    case LinkType::kLinuxSll2:
      return "Linux cooked v2";
  }
  return fmt::format("link type {}", static_cast<std::uint32_t>(link));
}

}  // namespace tracetwin::cli
