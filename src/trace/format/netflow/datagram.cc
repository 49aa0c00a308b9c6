#include "trace/format/netflow/datagram.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <variant>

#include "trace/format/rows.h"

namespace tracetwin::netflow {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecondInMs = 1000;
constexpr std::uint16_t kPort = 2055;
constexpr std::uint32_t kExporter = 0xc0000201;
constexpr std::uint32_t kCollector = 0xc0000202;
constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kIpHeader = 20;
constexpr std::size_t kUdpHeader = 8;

/// A second before the first flow: collectors take a time of 0 since the start for none.
std::int64_t boot_before(std::int64_t first_ms) {
  return std::max<std::int64_t>(0, first_ms - kSecondInMs);
}

std::int64_t whole_second_behind(std::int64_t ms) {
  return (ms / kSecondInMs + 1) * kSecondInMs;
}

std::uint16_t ip_checksum(std::span<const std::byte> header) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < header.size(); i += 2) {
    sum += load_big<std::uint16_t>(&header[i]);
  }
  while (sum >> 16 != 0) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

/// Ethernet, IPv4 and UDP around a datagram; UDP's checksum is left out, which 0 says.
Packed framed(std::span<const std::byte> datagram) {
  constexpr std::array<std::uint8_t, kEthernetHeader> kEthernet = {2, 0, 0, 0, 0, 2, 2,
                                                                   0, 0, 0, 0, 1, 8, 0};
  Packed frame;
  for (const std::uint8_t byte : kEthernet) {
    frame.add(byte);
  }
  const auto udp = static_cast<std::uint16_t>(kUdpHeader + datagram.size());
  frame.add(std::uint16_t{0x4500});
  frame.add(static_cast<std::uint16_t>(kIpHeader + udp));
  frame.add(std::uint32_t{0x00004000});  // no identification, don't fragment
  frame.add(std::uint16_t{0x4011});      // 64 hops, UDP
  frame.add(std::uint16_t{0});
  frame.add(kExporter);
  frame.add(kCollector);
  frame.set(kEthernetHeader + 10, ip_checksum(frame.bytes().subspan(kEthernetHeader, kIpHeader)));
  frame.add(kPort);
  frame.add(kPort);
  frame.add(udp);
  frame.add(std::uint16_t{0});
  frame.add(datagram);
  return frame;
}

}  // namespace

void Packed::add_address(const IpAddress& address) {
  if (address.is_v4()) {
    add(address.v4_bits());
  } else {
    add(address.high);
    add(address.low);
  }
}

Span span_of(const FlowRecord& record) {
  return {record.start_ns / kMillisecond, (record.start_ns + record.duration_ns) / kMillisecond};
}

bool Gathering::fits(const Span& span) const {
  const std::int64_t first = empty_ ? span.first_ms : std::min(first_ms_, span.first_ms);
  const std::int64_t last = empty_ ? span.last_ms : std::max(last_ms_, span.last_ms);
  return whole_second_behind(last) - boot_before(first) <=
         std::numeric_limits<std::uint32_t>::max();
}

void Gathering::add(const Span& span) {
  first_ms_ = empty_ ? span.first_ms : std::min(first_ms_, span.first_ms);
  last_ms_ = empty_ ? span.last_ms : std::max(last_ms_, span.last_ms);
  empty_ = false;
}

Clocks Gathering::clocks() const {
  return {boot_before(first_ms_), whole_second_behind(last_ms_)};
}

DatagramWriter::DatagramWriter(ByteSink& sink) : capture_(open_pcap_writer(sink, {})) {}

void DatagramWriter::write(std::span<const std::byte> datagram, std::int64_t sent_ms) {
  newest_ms_ = std::max(newest_ms_, sent_ms);
  const Packed frame = framed(datagram);
  Frame captured;
  captured.time_ns = newest_ms_ * kMillisecond;
  captured.original_length = static_cast<std::uint32_t>(frame.size());
  captured.bytes = frame.bytes();
  std::get<std::unique_ptr<FrameWriter>>(capture_)->write(captured);
}

void DatagramWriter::finish() {
  std::get<std::unique_ptr<FrameWriter>>(capture_)->finish();
}

std::uint16_t icmp_of(const FiveTuple& tuple) {
  const bool icmp = tuple.proto == kIcmp || tuple.proto == kIcmpV6;
  return icmp ? static_cast<std::uint16_t>((tuple.srcport & 0xff) << 8 | (tuple.dstport & 0xff))
              : std::uint16_t{0};
}

}  // namespace tracetwin::netflow
