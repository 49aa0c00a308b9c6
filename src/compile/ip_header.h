#pragma once

#include <cstdint>

#include "compile/header_bytes.h"
#include "compile/shape.h"
#include "trace/packet.h"

namespace tracetwin {

/// Appends the IPv4 header (options: "end of options", zeros) with its checksum, or the IPv6
/// header and, for fragments, the fragment header (identification: the 16 bits we have).
void write_ip_header(const Packet& packet, const Shape& shape, HeaderBytes& out);

/// The checksum that write_ip_header() gives the packet; 0 for IPv6.
std::uint16_t ip_header_checksum(const Packet& packet, const Shape& shape);

}  // namespace tracetwin
