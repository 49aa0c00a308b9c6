// Least bodies: RFC 792 and RFC 4443 (an ICMP error holds the header of the packet it speaks of
// and 8 bytes more), RFC 4861 (neighbour discovery, its
// options in units of 8 bytes), RFC 2710 (multicast listeners), RFC 3376, 2784,
// 4303, 4302, 8200, 9260 and, for the rest, the fixed headers of the protocols named below.

#include "compile/shape.h"

#include <algorithm>
#include <array>

namespace tracetwin {
namespace {

struct Least {
  std::uint8_t key;  ///< protocol or ICMP type
  std::uint8_t bytes;
};

constexpr std::array kIcmpPayloads = {
    Least{3, 28},  Least{4, 28},  Least{5, 28}, Least{11, 28}, Least{12, 28},
    Least{13, 12}, Least{14, 12}, Least{17, 4}, Least{18, 4},
};

constexpr std::array kIcmpV6Payloads = {
    Least{1, 48},   Least{2, 48},   Least{3, 48},   Least{4, 48},   Least{130, 16},
    Least{131, 16}, Least{132, 16}, Least{134, 8},  Least{135, 16}, Least{136, 16},
    Least{137, 32}, Least{138, 8},  Least{139, 8},  Least{140, 8},  Least{145, 16},
    Least{149, 8},  Least{155, 24}, Least{157, 24}, Least{158, 24}, Least{159, 8},
};

constexpr std::array kBodies = {
    Least{kHopByHop, 8},
    Least{kIgmp, 8},
    Least{4, 20},   // IP in IP
    Least{9, 12},   // IGRP
    Least{41, 40},  // IPv6 in IP
    Least{kRouting, 8},
    Least{kFragmentHeader, 8},
    Least{46, 8},  // RSVP
    Least{kGre, 4},
    Least{48, 12},  // DSR
    Least{kEsp, 16},
    Least{kAh, 16},
    Least{53, 16},  // SwIPe
    Least{54, 20},  // NARP
    Least{kDestinationOptions, 8},
    Least{62, 8},    // CFTP
    Least{80, 8},    // ISO-IP
    Least{83, 18},   // VINES
    Least{88, 20},   // EIGRP
    Least{89, 24},   // OSPF
    Least{93, 16},   // AX.25
    Least{97, 16},   // EtherIP
    Least{103, 4},   // PIM
    Least{108, 4},   // IPComp
    Least{112, 8},   // VRRP
    Least{113, 24},  // PGM
    Least{115, 12},  // L2TPv3
    Least{134, 8},   // RSVP end to end
    Least{135, 8},   // mobility
    Least{137, 4},   // MPLS
    Least{139, 40},  // HIP
    Least{140, 8},   // Shim6
    Least{143, 14},  // Ethernet
    Least{173, 8},   // FC
    Least{224, 8},
};

template <class Table>
std::uint32_t least(const Table& table, std::uint16_t key) {
  const auto row = std::find_if(table.begin(), table.end(),
                                [key](const Least& entry) { return entry.key == key; });
  return row == table.end() ? 0 : row->bytes;
}

/// SCTP chunks fill up to a multiple of 4; the least one is a chunk header.
std::uint32_t whole_chunks(std::uint32_t wanted) {
  return std::max<std::uint32_t>(4, (wanted + 3) / 4 * 4);
}

/// Types whose options are told by their length in units of 8 bytes.
bool has_neighbour_options(std::uint16_t type) {
  constexpr std::array<std::uint16_t, 11> kTypes = {133, 134, 135, 136, 137, 141,
                                                    142, 147, 148, 150, 154};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

std::uint32_t legal_icmpv6(std::uint16_t type, std::uint32_t wanted) {
  const std::uint32_t enough = std::max(wanted, least(kIcmpV6Payloads, type));
  return has_neighbour_options(type) ? (enough + 7) / 8 * 8 : enough;
}

std::uint32_t fitted_transport(const Packet& packet) {
  const std::uint32_t shortest = least_transport_header(packet.tuple.proto);
  const std::uint32_t words = packet.transport_header / 4U;
  if (packet.tuple.proto == kTcp || packet.tuple.proto == kDccp) {
    return std::clamp<std::uint32_t>(words * 4, shortest, 60);
  }
  return shortest;
}

std::uint32_t fitted_ip_header(const Packet& packet, const Shape& shape) {
  if (shape.v6) {
    return shape.fragment ? 48 : 40;
  }
  return std::clamp<std::uint32_t>(packet.ihl, 5, 15) * 4;
}

std::uint32_t wanted_payload(const Packet& packet, const Shape& shape) {
  const std::uint32_t headers = shape.ip_header + shape.transport;
  if (packet.ip_length == 0) {
    return packet.payload_length;
  }
  return packet.ip_length > headers ? packet.ip_length - headers : 0;
}

}  // namespace

bool is_v6(const FiveTuple& tuple) {
  return !tuple.src.is_v4() || !tuple.dst.is_v4();
}

std::uint32_t least_transport_header(std::uint8_t protocol) {
  switch (protocol) {
    case kTcp:
      return 20;
    case kUdp:
    case kUdpLite:
    case kIcmp:
    case kIcmpV6:
      return 8;
    case kSctp:
    case kDccp:
      return 12;
    default:
      return 0;
  }
}

std::uint32_t legal_payload(const FiveTuple& tuple, std::uint32_t wanted) {
  switch (tuple.proto) {
    case kTcp:
    case kUdp:
    case kUdpLite:
    case kDccp:
      return wanted;
    case kSctp:
      return whole_chunks(wanted);
    case kIcmp:
      return std::max(wanted, least(kIcmpPayloads, tuple.srcport));
    case kIcmpV6:
      return legal_icmpv6(tuple.srcport, wanted);
    default:
      return std::max(wanted, least(kBodies, tuple.proto));
  }
}

std::uint32_t greatest_payload(std::uint8_t protocol, bool v6, std::uint32_t ip_header,
                               std::uint32_t transport) {
  const std::uint32_t longest = v6 ? 65535 + 40 : 65535;
  const std::uint32_t room = longest - ip_header - transport;
  return protocol == kSctp ? room / 4 * 4 : room;
}

Shape shape_of(const Packet& packet) {
  Shape shape;
  shape.v6 = packet.version == 6 || is_v6(packet.tuple);
  shape.later_fragment = packet.is_later_fragment();
  shape.fragment = shape.later_fragment || (packet.ip_flags & 1) != 0;
  shape.ip_header = fitted_ip_header(packet, shape);
  shape.transport = shape.later_fragment ? 0 : fitted_transport(packet);
  const std::uint32_t wanted = wanted_payload(packet, shape);
  const std::uint32_t greatest =
      greatest_payload(packet.tuple.proto, shape.v6, shape.ip_header, shape.transport);
  const bool whole = !shape.fragment;
  shape.payload = std::min(whole ? legal_payload(packet.tuple, wanted) : wanted, greatest);
  return shape;
}

}  // namespace tracetwin
