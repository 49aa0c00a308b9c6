#pragma once

#include <cstdint>

#include "compile/header_bytes.h"
#include "compile/shape.h"
#include "trace/packet.h"

namespace tracetwin {

/// Appends the mandatory fields of protocols without ports: ICMP and ICMPv6 (with the packet that
/// an error speaks of, targets and groups taken from the packet's own addresses), IGMP, GRE, ESP,
/// AH, IPv6 extension headers with nothing behind them; nothing for any other protocol. Checksum
/// fields are left 0. Fragments get the 8 bytes of an ICMP header at most.
void write_message_body(const Packet& packet, const Shape& shape, HeaderBytes& out);

/// A number that grows with the packet's time: microseconds, modulo 2^32.
std::uint32_t time_counter(const Packet& packet);

}  // namespace tracetwin
