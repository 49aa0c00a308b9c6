#pragma once

#include <cstdint>

#include "compile/header_bytes.h"
#include "compile/shape.h"
#include "trace/packet.h"

namespace tracetwin {

/// Appends an ICMPv6 message up to its last mandatory field, the checksum left 0; fragments get
/// the 8 bytes of the header only.
void write_icmpv6(const Packet& packet, const Shape& shape, HeaderBytes& out);

/// Identifier (a hash of the two addresses, the same both ways) and sequence number (0) of an echo.
std::uint32_t echo_word(const Packet& packet);

/// Source and destination port of the UDP packet quoted in an ICMP error.
std::uint32_t quoted_ports(const Packet& packet);

}  // namespace tracetwin
