#pragma once

#include <cstdint>

#include "trace/packet.h"

namespace tracetwin {

/// IP protocol numbers, beyond those of packet.h, whose bodies need care.
enum BodyProtocol : std::uint8_t {
  kHopByHop = 0,
  kIgmp = 2,
  kRouting = 43,
  kFragmentHeader = 44,
  kGre = 47,
  kEsp = 50,
  kAh = 51,
  kNoNextHeader = 59,
  kDestinationOptions = 60,
};

/// Where the bytes of one IP packet belong. All in bytes.
struct Shape {
  bool v6 = false;
  bool fragment = false;         ///< any fragment, the first included
  bool later_fragment = false;   ///< has no transport header
  std::uint32_t ip_header = 20;  ///< with IPv4 options, or with the IPv6 fragment header
  std::uint32_t transport = 0;   ///< transport header, 0 in later fragments
  std::uint32_t payload = 0;     ///< behind the transport header

  std::uint32_t ip_length() const { return ip_header + transport + payload; }
  std::uint32_t body() const { return transport + payload; }
};

/// Whether a packet between these two is an IPv6 packet: unless both are IPv4 addresses.
bool is_v6(const FiveTuple& tuple);

/// Transport header of the shortest kind (TCP without options …), as decode_frame counts it.
std::uint32_t least_transport_header(std::uint8_t protocol);

/// The payload length nearest to `wanted` from above that a whole packet of this protocol (and
/// ICMP type) may have: 8 for IGMP, an embedded packet in ICMP errors, whole chunks in SCTP, ….
std::uint32_t legal_payload(const FiveTuple& tuple, std::uint32_t wanted);

/// The greatest payload whose length fields do not overflow.
std::uint32_t greatest_payload(std::uint8_t protocol, bool v6, std::uint32_t ip_header,
                               std::uint32_t transport);

/// The shape in which `packet` is written. Its ip_length decides (its payload_length where
/// ip_length is 0); what is too short for its headers or too long for its fields is made legal.
Shape shape_of(const Packet& packet);

}  // namespace tracetwin
