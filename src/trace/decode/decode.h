#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin {

/// Why a frame has no Packet. Order is that of the layers.
enum class DecodeFault : std::uint8_t {
  kNone,
  kUnknownLink,    ///< a link type we do not decode
  kTruncatedLink,  ///< too short for its link header
  kNotIp,          ///< ARP, STP, LLDP, …: see DecodeResult::ethertype
  kBadIpHeader,    ///< version, header length or total length make no sense
  kTruncatedIp,    ///< captured bytes end inside the IP header or its extension headers
};

struct DecodeResult {
  DecodeFault fault = DecodeFault::kNone;
  std::uint16_t ethertype = 0;       ///< for kNotIp: EtherType or PPP protocol, 0 if unknown
  bool transport_truncated = false;  ///< ports or TCP fields were not there to be read (left 0)
};

/// Decodes the outermost IP packet of `frame` into `packet`: through Ethernet (802.1Q/ad tags of
/// any depth, MPLS, PPPoE, LLC/SNAP), raw IP, Linux cooked v1/v2, BSD loopback and PPP; IPv4 with
/// options, IPv6 with extension headers (hop-by-hop, routing, fragment, destination, AH,
/// mobility), fragments, jumbograms and BIG TCP; TCP, UDP, ICMP, ICMPv6, SCTP, DCCP; every other
/// protocol by number, with ports 0. Reads nothing beyond frame.bytes. Tunnels are not opened:
/// a GRE packet is a packet of protocol 47. Lengths are those that the headers tell, however much
/// was captured. After a fault `packet` holds no more than the lengths and time of the frame for
/// sure.
DecodeResult decode_frame(const Frame& frame, Packet& packet);

/// "not IP: ARP (EtherType 0x0806)" and the like, for Skips.
std::string describe(const DecodeResult& result, LinkType link);

}  // namespace tracetwin
