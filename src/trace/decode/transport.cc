/// Transport headers: TCP (RFC 9293), UDP (RFC 768), UDP-Lite (RFC 3828), DCCP (RFC 4340), SCTP
/// (RFC 9260), ICMP (RFC 792) and ICMPv6 (RFC 4443). Each field is taken as soon as its bytes are
/// there, so a snap length costs no more than it cut off.
#include <algorithm>

#include "trace/decode/layers.h"
#include "trace/io/byte_order.h"

namespace tracetwin::decode {

namespace {

void take_ports(Bytes segment, Packet& packet) {
  if (segment.size() >= 4) {
    packet.tuple.srcport = load_big<std::uint16_t>(&segment[0]);
    packet.tuple.dstport = load_big<std::uint16_t>(&segment[2]);
  }
}

/// Returns the header length, the least one where the packet does not tell or tells nonsense.
std::uint32_t take_tcp(Bytes segment, Packet& packet) {
  constexpr std::uint32_t kLeast = 20;
  take_ports(segment, packet);
  packet.tcp_seq = segment.size() >= 8 ? load_big<std::uint32_t>(&segment[4]) : 0;
  packet.tcp_ack = segment.size() >= 12 ? load_big<std::uint32_t>(&segment[8]) : 0;
  if (segment.size() < 14) {
    return kLeast;
  }
  packet.tcp_flags = byte_at(segment, 13);
  packet.tcp_window = segment.size() >= 16 ? load_big<std::uint16_t>(&segment[14]) : 0;
  return std::max<std::uint32_t>(kLeast, (byte_at(segment, 12) >> 4) * 4U);
}

void take_icmp(Bytes segment, Packet& packet) {
  if (segment.size() >= 2) {
    packet.tuple.srcport = byte_at(segment, 0);
    packet.tuple.dstport = byte_at(segment, 1);
  }
}

std::uint32_t take_dccp(Bytes segment, Packet& packet) {
  constexpr std::uint32_t kLeast = 12;
  take_ports(segment, packet);
  return segment.size() < 5 ? kLeast : std::max<std::uint32_t>(kLeast, byte_at(segment, 4) * 4U);
}

struct Header {
  std::uint32_t size = 0;  ///< whole transport header
  std::size_t needed = 0;  ///< bytes that hold the fields we take
};

Header take_header(Bytes segment, Packet& packet) {
  switch (packet.tuple.proto) {
    case kTcp:
      return {take_tcp(segment, packet), 16};
    case kIcmp:
    case kIcmpV6:
      take_icmp(segment, packet);
      return {8, 2};
    case kDccp:
      return {take_dccp(segment, packet), 5};
    case kUdp:
    case kUdpLite:
      take_ports(segment, packet);
      return {8, 4};
    case kSctp:
      take_ports(segment, packet);
      return {12, 4};
    default:
      return {};
  }
}

}  // namespace

bool decode_transport(Bytes segment, std::uint32_t length, Packet& packet) {
  if (packet.is_later_fragment()) {
    packet.payload_length = length;
    return true;
  }
  const Header header = take_header(segment, packet);
  const std::uint32_t size = std::min(header.size, length);
  packet.transport_header = static_cast<std::uint8_t>(std::min<std::uint32_t>(size, UINT8_MAX));
  packet.payload_length = length - size;
  return segment.size() >= header.needed;
}

}  // namespace tracetwin::decode
