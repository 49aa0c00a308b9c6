// TCP (RFC 9293), UDP (RFC 768), UDP-Lite (RFC 3828), DCCP-Data (RFC 4340), SCTP (RFC 9260).
// Fields that a Packet does not have follow from what it has: verification tags from a hash of the
// tuple, transmission sequence numbers from the time in microseconds, so that they grow.

#include "compile/transport_header.h"

#include <functional>

#include "compile/checksum.h"
#include "compile/message_body.h"

namespace tracetwin {
namespace {

void ports(const Packet& packet, HeaderBytes& out) {
  out.u16(packet.tuple.srcport);
  out.u16(packet.tuple.dstport);
}

/// A clock of milliseconds, begun anew by every host (RFC 7323).
std::uint32_t timestamp_of(const IpAddress& host, std::int64_t time_ns) {
  constexpr std::int64_t kMillisecond = 1'000'000;
  return static_cast<std::uint32_t>(std::hash<IpAddress>{}(host)) +
         static_cast<std::uint32_t>(time_ns / kMillisecond);
}

/// The sender's own, and the one that it saw last.
void timestamps(const Packet& packet, HeaderBytes& out) {
  const std::int64_t echoed = packet.echoed_ns != 0 ? packet.echoed_ns : packet.time_ns;
  out.u32(timestamp_of(packet.tuple.src, packet.time_ns));
  out.u32((packet.tcp_flags & kAck) == 0 ? 0 : timestamp_of(packet.tuple.dst, echoed));
}

/// Of a SYN maximum segment size, selective acknowledgements permitted, timestamps, window scale 7,
/// of other segments timestamps: as many of them as there is room for. Behind them "end of options"
/// (zeros).
void tcp_options(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  const std::size_t end = out.size() + shape.transport - 20;
  const bool syn = (packet.tcp_flags & kSyn) != 0;
  if (syn && shape.transport >= 24) {
    out.u32(0x02040000U | (shape.v6 ? 1440 : 1460));
  }
  if (syn && shape.transport >= 40) {
    out.u32(0x0402080a);
    timestamps(packet, out);
  } else if (syn && shape.transport >= 28) {
    out.u32(0x01010402);
  }
  if (syn && shape.transport >= 32) {
    out.u32(0x01030307);
  }
  if (!syn && shape.transport >= 32) {
    out.u32(0x0101080a);
    timestamps(packet, out);
  }
  out.zeros(end - out.size());
}

void tcp(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  ports(packet, out);
  out.u32(packet.tcp_seq);
  out.u32(packet.tcp_ack);
  out.u8(shape.transport / 4 << 4);
  out.u8(packet.tcp_flags);
  out.u16(packet.tcp_window);
  out.zeros(4);
  tcp_options(packet, shape, out);
}

void udp(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  ports(packet, out);
  out.u16(packet.tuple.proto == kUdpLite ? 0 : shape.body());
  out.u16(0);
}

void dccp(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  constexpr std::uint8_t kData = 2 << 1;
  ports(packet, out);
  out.u8(shape.transport / 4);
  out.zeros(3);
  out.u32(std::uint32_t{kData} << 24 | (time_counter(packet) & 0xffffff));
  out.zeros(shape.transport - 12);
}

/// One chunk that fills the packet: what real end points send in so many bytes.
void sctp_chunk(const Packet& packet, std::uint32_t length, HeaderBytes& out) {
  enum ChunkHead : std::uint32_t {
    kData = 0x0007,
    kSack = 0x0300,
    kBeat = 0x0400,
    kCookieAck = 0x0b00
  };
  if (length < 8) {
    out.u32(kCookieAck << 16 | length);
  } else if (length < 16) {
    out.u32(kBeat << 16 | length);
    out.u32(0x00010000 | (length - 4));
  } else if (length < 20) {
    out.u32(kSack << 16 | length);
    out.u32(time_counter(packet));
    out.u32(1 << 16);  // receiver window
    out.u32(0);
  } else {
    out.u32(kData << 16 | length);  // one unordered, unfragmented message
    out.u32(time_counter(packet));
    out.zeros(8);
  }
}

void sctp(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  ports(packet, out);
  out.u32(static_cast<std::uint32_t>(std::hash<FiveTuple>{}(packet.tuple)) | 1);
  out.u32(0);
  if (!shape.fragment) {
    sctp_chunk(packet, shape.payload, out);
  }
}

void write_fields(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  switch (packet.tuple.proto) {
    case kTcp:
      return tcp(packet, shape, out);
    case kUdp:
    case kUdpLite:
      return udp(packet, shape, out);
    case kDccp:
      return dccp(packet, shape, out);
    case kSctp:
      return sctp(packet, shape, out);
    default:
      return write_message_body(packet, shape, out);
  }
}

void add_address(const IpAddress& address, bool v6, InternetSum& sum) {
  if (v6) {
    sum.add_number(static_cast<std::uint32_t>(address.high >> 32));
    sum.add_number(static_cast<std::uint32_t>(address.high));
    sum.add_number(static_cast<std::uint32_t>(address.low >> 32));
  }
  sum.add_number(static_cast<std::uint32_t>(address.low));
}

/// The pseudo-header of RFC 9293 and RFC 8200.
void add_pseudo_header(const Packet& packet, const Shape& shape, InternetSum& sum) {
  add_address(packet.tuple.src, shape.v6, sum);
  add_address(packet.tuple.dst, shape.v6, sum);
  sum.add_number(packet.tuple.proto);
  sum.add_number(shape.body());
}

/// Where the checksum of a protocol stands in its header, and what it covers.
struct ChecksumRule {
  std::size_t offset = 0;  ///< 0: the protocol has none
  bool pseudo_header = false;
};

ChecksumRule checksum_rule(std::uint8_t protocol) {
  switch (protocol) {
    case kTcp:
      return {16, true};
    case kUdp:
    case kUdpLite:
    case kDccp:
      return {6, true};
    case kIcmpV6:
      return {2, true};
    case kIcmp:
    case kIgmp:
      return {2, false};
    default:
      return {};
  }
}

void write_crc32c(std::size_t begin, const Shape& shape, HeaderBytes& out) {
  const auto head = out.from(begin);
  const std::uint32_t crc = crc32c(head, shape.body() - head.size());
  out.set_u16(begin + 8, (crc & 0xff) << 8 | (crc >> 8 & 0xff));
  out.set_u16(begin + 10, (crc >> 16 & 0xff) << 8 | crc >> 24);
}

void write_checksum(const Packet& packet, const Shape& shape, std::size_t begin, HeaderBytes& out) {
  const std::uint8_t protocol = packet.tuple.proto;
  if (protocol == kSctp) {
    return write_crc32c(begin, shape, out);
  }
  const ChecksumRule rule = checksum_rule(protocol);
  const bool unknowable = protocol == kUdp && shape.fragment && !shape.v6;
  if (rule.offset == 0 || unknowable) {
    return;
  }
  InternetSum sum;
  if (rule.pseudo_header) {
    add_pseudo_header(packet, shape, sum);
  }
  sum.add(out.from(begin));
  const bool zero_means_none = protocol == kUdp || protocol == kUdpLite;
  const std::uint16_t value = sum.checksum();
  out.set_u16(begin + rule.offset, value == 0 && zero_means_none ? 0xffff : value);
}

}  // namespace

void write_transport(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  if (shape.later_fragment) {
    return;
  }
  const std::size_t begin = out.size();
  write_fields(packet, shape, out);
  write_checksum(packet, shape, begin, out);
}

}  // namespace tracetwin
