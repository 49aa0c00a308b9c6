// Units that nobody recorded: the worst-case trace and the canary.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "audit/unit_trace.h"
#include "base/random.h"

namespace tracetwin::audit {
namespace {

constexpr std::int64_t kStartNs = 1'767'225'600'000'000'000;        // 2026-01-01
constexpr std::int64_t kCanaryNs = 4'089'187'623'456'789'000;       // 2099-07-31
constexpr std::int64_t kCanaryDurationNs = 25'920'123'456'000'000;  // 300 days
constexpr std::uint64_t kCanaryPackets = std::uint64_t{1} << 40;
constexpr std::uint64_t kCanaryBytesPerPacket = 1234567;
constexpr std::int64_t kMicrosecond = 1000;
constexpr std::uint64_t kHourUs = 3'600'000'000;

/// One of the canary's like: all values spread out, so that none gets a code of its own, within
/// the coarse cells in which the canary's values are. Returns its text.
std::string spread_record(Random& random, FlowRecord& record) {
  const auto address = [&] {
    return IpAddress::v4(0xc0000000 | static_cast<std::uint32_t>(random.below(1U << 28)));
  };
  record.tuple = {address(), address(), static_cast<std::uint16_t>(random.between(32768, 65535)),
                  static_cast<std::uint16_t>(random.between(16384, 32767)), kTcp};
  record.duration_ns = kCanaryDurationNs - random.between(1, 1'000'000'000) * kMicrosecond;
  record.packets = kCanaryPackets - 1 - random.below(1U << 30);
  record.bytes = record.packets * kCanaryBytesPerPacket;
  return fmt::format("text {:016x}", random.bits());
}

/// One of a few kinds of which there are many, equal but for the time.
std::string plain_record(std::uint64_t kind, std::uint32_t host, FlowRecord& record) {
  const auto number = static_cast<std::uint16_t>(kind);
  record.tuple = {IpAddress::v4(0x0a000001U + host), IpAddress::v4(0xac100001U + number),
                  static_cast<std::uint16_t>(1000 + number),
                  static_cast<std::uint16_t>(53 + number), kUdp};
  record.duration_ns = number * std::int64_t{1'000'000'000};
  record.packets = 1 + number;
  record.bytes = 100 * record.packets;
  return fmt::format("plain {}", number);
}

/// What the trace holds, of which the canary must have nothing.
struct Held {
  std::set<IpAddress> addresses;
  std::set<std::uint16_t> ports;

  void add(const FiveTuple& tuple) {
    addresses.insert({tuple.src, tuple.dst});
    ports.insert({tuple.srcport, tuple.dstport});
  }
};

Held held_by(const UnitTrace& trace) {
  Held held;
  for (const FlowRecord& record : trace.flows.records) {
    held.add(record.tuple);
  }
  for (const Packet& packet : trace.packets) {
    held.add(packet.tuple);
  }
  return held;
}

IpAddress free_address(Held& held, std::uint32_t first) {
  while (!held.addresses.insert(IpAddress::v4(first)).second) {
    ++first;
  }
  return IpAddress::v4(first);
}

/// A port that the trace does not hold, if there is one.
std::uint16_t free_port(Held& held, std::uint16_t first) {
  for (std::uint32_t tries = 0; tries < 65536 && !held.ports.insert(first).second; ++tries) {
    ++first;
  }
  return first;
}

FiveTuple canary_tuple(const UnitTrace& trace) {
  Held held = held_by(trace);
  constexpr std::uint32_t kBenchmarkBlock = 0xc6124d4d;  // RFC 2544: 198.18.77.77
  constexpr std::uint32_t kTestBlock = 0xc000027b;       // RFC 5737: 192.0.2.123
  FiveTuple tuple;
  tuple.src = free_address(held, kBenchmarkBlock);
  tuple.dst = free_address(held, kTestBlock);
  tuple.srcport = free_port(held, 47123);
  tuple.dstport = free_port(held, 31337);
  tuple.proto = kTcp;
  return tuple;
}

std::string free_text(const TextColumn& column) {
  std::set<std::string_view> texts;
  for (std::size_t row = 0; row < column.size(); ++row) {
    texts.insert(column[row]);
  }
  std::string text = "canary";
  while (texts.contains(text)) {
    text += '!';
  }
  return text;
}

FlowBatch canary_records(const UnitTrace& trace, std::int64_t start_ns, std::size_t rows) {
  FlowBatch batch;
  FlowRecord record;
  record.tuple = canary_tuple(trace);
  record.start_ns = start_ns;
  record.duration_ns = kCanaryDurationNs;
  record.packets = kCanaryPackets;
  record.bytes = kCanaryBytesPerPacket * record.packets;
  batch.records.assign(rows, record);
  batch.extras.resize(trace.extra_columns.size());
  for (std::size_t column = 0; column < batch.extras.size(); ++column) {
    const std::string text = free_text(trace.flows.extras[column]);
    for (std::size_t row = 0; row < rows; ++row) {
      batch.extras[column].append(text);
    }
  }
  return batch;
}

/// Conversations of one source, each a handshake and two segments of odd headers.
std::vector<Packet> canary_packets(const UnitTrace& trace, std::int64_t start_ns,
                                   std::size_t conversations) {
  constexpr std::int64_t kGap = 7'654'321'000;
  FiveTuple tuple = canary_tuple(trace);
  std::vector<Packet> packets;
  std::int64_t now_ns = start_ns;
  const auto add = [&](bool forward, std::uint8_t flags, std::uint32_t payload) {
    Packet packet;
    packet.time_ns = now_ns;
    now_ns += kGap;
    packet.tuple = forward ? tuple : tuple.reversed();
    packet.payload_length = payload;
    packet.transport_header = 20;
    packet.ip_length = 40 + payload;
    packet.wire_length = packet.captured_length = 14 + packet.ip_length;
    packet.tcp_window = forward ? 12345 : 54321;
    packet.tcp_flags = flags;
    packet.ttl = forward ? 77 : 99;
    packet.tos = 0x77;
    packets.push_back(packet);
  };
  for (std::size_t i = 0; i < conversations; ++i, ++tuple.srcport) {
    now_ns = start_ns;
    add(true, kSyn, 0);
    add(false, kSyn | kAck, 0);
    add(true, kAck | kPsh, 1111);
    add(false, kAck | kPsh, 1313);
  }
  std::stable_sort(packets.begin(), packets.end(),
                   [](const Packet& a, const Packet& b) { return a.time_ns < b.time_ns; });
  return packets;
}

}  // namespace

UnitTrace worst_case(std::size_t units, bool own_sources) {
  constexpr std::size_t kKinds = 3;
  UnitTrace trace;
  trace.units = units;
  trace.extra_columns = {"label"};
  trace.flows.extras.resize(1);
  Random random(2026);
  for (std::size_t row = 0; row < units; ++row) {
    FlowRecord record;
    record.start_ns = kStartNs + static_cast<std::int64_t>(random.below(kHourUs)) * kMicrosecond;
    const std::uint64_t kind = row / 2 % kKinds;
    const auto host = static_cast<std::uint32_t>(own_sources ? row : kind);
    trace.flows.extras.front().append(row % 2 == 0 ? spread_record(random, record)
                                                   : plain_record(kind, host, record));
    trace.flows.records.push_back(record);
  }
  return trace;
}

Window worst_case_window() {
  return {kStartNs, kStartNs + static_cast<std::int64_t>(kHourUs) * kMicrosecond};
}

UnitTrace canary_for(const UnitTrace& trace, const std::optional<Window>& window,
                     std::size_t rows) {
  const std::int64_t start_ns =
      window ? window->begin + (window->end - window->begin) / 2 : kCanaryNs;
  UnitTrace canary;
  canary.kind = trace.kind;
  canary.units = 1;
  canary.extra_columns = trace.extra_columns;
  if (trace.kind == TraceKind::kFlows) {
    canary.flows = canary_records(trace, start_ns, rows);
  } else {
    canary.packets = canary_packets(trace, start_ns, rows);
    canary.unit_of_packet.assign(canary.packets.size(), 0);
  }
  return canary;
}

}  // namespace tracetwin::audit
