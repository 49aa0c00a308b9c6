#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "trace/address.h"

namespace tracetwin {

/// IP protocol numbers that the code names (IANA "Assigned Internet Protocol Numbers").
enum IpProtocol : std::uint8_t {
  kIcmp = 1,
  kTcp = 6,
  kUdp = 17,
  kDccp = 33,
  kIcmpV6 = 58,
  kSctp = 132,
  kUdpLite = 136,
};

/// Whether packets of this protocol carry ports (TCP, UDP, UDP-Lite, DCCP, SCTP).
bool has_ports(std::uint8_t protocol);

/// "TCP", "UDP", … or the number in decimal; and back, in any case, numbers accepted.
std::string protocol_name(std::uint8_t protocol);
std::optional<std::uint8_t> parse_protocol(std::string_view text);

/// TCP flag bits as on the wire.
enum TcpFlag : std::uint8_t {
  kFin = 0x01,
  kSyn = 0x02,
  kRst = 0x04,
  kPsh = 0x08,
  kAck = 0x10,
  kUrg = 0x20,
  kEce = 0x40,
  kCwr = 0x80,
};

/// What identifies one direction of a conversation. Ports are 0 for protocols without ports; for
/// ICMP and ICMPv6 `srcport` is the type and `dstport` the code, as NetFlow collectors store them.
struct FiveTuple {
  IpAddress src;
  IpAddress dst;
  std::uint16_t srcport = 0;
  std::uint16_t dstport = 0;
  std::uint8_t proto = 0;

  FiveTuple reversed() const { return {dst, src, dstport, srcport, proto}; }
  friend auto operator<=>(const FiveTuple&, const FiveTuple&) = default;
};

/// The headers of one IP packet: the outermost IP header that was captured and the transport
/// header behind it. Fields that the packet does not have are 0. Lengths in bytes.
struct Packet {
  std::int64_t time_ns = 0;  ///< since the Unix epoch
  FiveTuple tuple;
  std::uint32_t wire_length = 0;      ///< original length of the frame
  std::uint32_t captured_length = 0;  ///< bytes of the frame in the capture
  std::uint32_t ip_length = 0;        ///< IP header + payload (`pkt_len`)
  std::uint32_t payload_length = 0;   ///< behind the transport header, as the headers say
  std::uint32_t flow_label = 0;       ///< IPv6 only
  std::uint32_t tcp_seq = 0;
  std::uint32_t tcp_ack = 0;
  /// Packets that are made, with TCP timestamps: when the segment came whose timestamp they echo,
  /// ns since the epoch; 0 is not known.
  std::int64_t echoed_ns = 0;
  std::uint16_t tcp_window = 0;
  std::uint16_t ip_id = 0;
  std::uint16_t ip_checksum = 0;
  std::uint16_t fragment_offset = 0;  ///< in units of 8 bytes (`off`)
  std::uint8_t version = 4;           ///< 4 or 6
  std::uint8_t ihl = 5;               ///< IPv4 header length in 32-bit words; 0 for IPv6
  std::uint8_t tos = 0;               ///< IPv4 TOS / IPv6 traffic class
  std::uint8_t ttl = 0;               ///< IPv4 TTL / IPv6 hop limit
  std::uint8_t ip_flags = 0;          ///< 3 bits: 4 reserved, 2 don't fragment, 1 more fragments
  std::uint8_t tcp_flags = 0;         ///< TcpFlag bits
  std::uint8_t transport_header = 0;  ///< bytes of the transport header (TCP with options)

  bool is_later_fragment() const { return fragment_offset != 0; }
};

}  // namespace tracetwin

template <>
struct std::hash<tracetwin::FiveTuple> {
  std::size_t operator()(const tracetwin::FiveTuple& t) const noexcept {
    const std::hash<tracetwin::IpAddress> address;
    const std::uint64_t rest =
        (std::uint64_t{t.srcport} << 24) | (std::uint64_t{t.dstport} << 8) | std::uint64_t{t.proto};
    std::uint64_t h = address(t.src) * 0x9e3779b97f4a7c15ULL + address(t.dst);
    h = (h ^ (h >> 31) ^ (rest << 17) ^ rest) * 0xff51afd7ed558ccdULL;
    return static_cast<std::size_t>(h ^ (h >> 32));
  }
};
