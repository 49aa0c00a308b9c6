// ICMP (RFC 792), IGMP (RFC 2236, 3376), GRE (RFC 2784) carrying the EtherType of local
// experiments, ESP and AH (RFC 4303, 4302) and the extension headers of IPv6 (RFC 8200). ICMPv6
// has a file of its own.

#include "compile/message_body.h"

#include <functional>

#include "compile/checksum.h"
#include "compile/icmpv6_body.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kAllHosts = 0xe0000001;       // 224.0.0.1
constexpr std::uint32_t kAllRouters = 0xe0000002;     // 224.0.0.2
constexpr std::uint32_t kIgmpV3Routers = 0xe0000016;  // 224.0.0.22
constexpr std::uint32_t kSomeGroup = 0xeffffffa;      // 239.255.255.250

std::uint32_t hash_of(const FiveTuple& tuple) {
  return static_cast<std::uint32_t>(std::hash<FiveTuple>{}(tuple));
}

bool is_icmp_error(std::uint16_t type) {
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/// The second word of the header: next-hop MTU, gateway, or unused.
std::uint32_t icmp_word(const FiveTuple& tuple) {
  if (tuple.srcport == 3 && tuple.dstport == 4) {
    return 1400;
  }
  return tuple.srcport == 5 ? tuple.src.v4_bits() : 0;
}

/// The packet an error is about: UDP from the receiver of the error to its sender.
void failed_v4_packet(const Packet& packet, std::uint32_t length, HeaderBytes& out) {
  const std::size_t begin = out.size();
  out.u32(0x45000000 | length);
  out.u32(0);
  out.u32(std::uint32_t{64} << 24 | std::uint32_t{kUdp} << 16);
  out.v4(packet.tuple.dst);
  out.v4(packet.tuple.src);
  InternetSum sum;
  sum.add(out.from(begin));
  out.set_u16(begin + 10, sum.checksum());
  out.u32(quoted_ports(packet));
  out.u32((length - 20) << 16);
}

void icmp(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  out.u8(packet.tuple.srcport);
  out.u8(packet.tuple.dstport);
  out.u16(0);
  const bool echo = packet.tuple.srcport == 0 || packet.tuple.srcport == 8;
  out.u32(echo ? echo_word(packet) : icmp_word(packet.tuple));
  if (shape.fragment) {
    return;
  }
  if (is_icmp_error(packet.tuple.srcport)) {
    failed_v4_packet(packet, shape.payload, out);
  } else if (packet.tuple.srcport == 13 || packet.tuple.srcport == 14) {
    out.zeros(12);
  } else if (packet.tuple.srcport == 17 || packet.tuple.srcport == 18) {
    out.u32(0xffffff00);
  }
}

void igmp_v3_report(const Shape& shape, HeaderBytes& out) {
  constexpr std::uint32_t kToExclude = 4;
  const bool record = shape.payload >= 16;
  out.u32(0x22000000);
  out.u32(record ? 1 : 0);
  if (record) {
    out.u32(kToExclude << 24);
    out.u32(kSomeGroup);
  }
}

/// The message that goes to such a group: query, leave, version 3 report, version 2 report.
void igmp(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  const std::uint32_t group = packet.tuple.dst.v4_bits();
  if (group == kIgmpV3Routers) {
    return igmp_v3_report(shape, out);
  }
  out.u32(group == kAllHosts ? 0x11640000 : group == kAllRouters ? 0x17000000 : 0x16000000);
  out.u32(group == kAllHosts ? 0 : group == kAllRouters ? kSomeGroup : group);
}

void ah(const Packet& packet, HeaderBytes& out) {
  out.u8(kNoNextHeader);
  out.u8(2);  // 16 bytes
  out.u16(0);
  out.u32(hash_of(packet.tuple) | 0x100);
  out.u32(time_counter(packet));
  out.u32(0);
}

void esp(const Packet& packet, HeaderBytes& out) {
  out.u32(hash_of(packet.tuple) | 0x100);  // indexes below 256 are reserved
  out.u32(time_counter(packet));
}

/// Eight bytes: padding, an empty route, or a fragment that is the whole packet.
void extension_header(std::uint8_t protocol, HeaderBytes& out) {
  const bool options = protocol == kHopByHop || protocol == kDestinationOptions;
  out.u32(std::uint32_t{kNoNextHeader} << 24 | (options ? 0x0104 : 0));
  out.u32(0);
}

}  // namespace

std::uint32_t time_counter(const Packet& packet) {
  return static_cast<std::uint32_t>(packet.time_ns / 1000);
}

std::uint32_t echo_word(const Packet& packet) {
  const std::hash<IpAddress> hash;
  return static_cast<std::uint32_t>(hash(packet.tuple.src) + hash(packet.tuple.dst)) << 16;
}

std::uint32_t quoted_ports(const Packet& packet) {
  constexpr std::uint32_t kEphemeral = 49152;
  const std::uint32_t hash = hash_of(packet.tuple);
  const std::uint32_t from = kEphemeral + (hash & 0x1fff);
  const std::uint32_t to = kEphemeral + (hash >> 13 & 0x1fff);
  return from << 16 | to;
}

void write_message_body(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  const std::uint8_t protocol = packet.tuple.proto;
  if (protocol == kIcmp) {
    return icmp(packet, shape, out);
  }
  if (protocol == kIcmpV6) {
    return write_icmpv6(packet, shape, out);
  }
  if (shape.fragment) {
    return;
  }
  switch (protocol) {
    case kIgmp:
      return igmp(packet, shape, out);
    case kGre:
      return out.u32(0x000088b5);
    case kEsp:
      return esp(packet, out);
    case kAh:
      return ah(packet, out);
    case kHopByHop:
    case kRouting:
    case kFragmentHeader:
    case kDestinationOptions:
      return extension_header(protocol, out);
    default:
      return;
  }
}

}  // namespace tracetwin
