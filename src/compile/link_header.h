#pragma once

#include "compile/header_bytes.h"
#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin {

/// Appends the link-layer header of a frame that carries an IP packet with these addresses.
/// MAC addresses: a group address gets the MAC that its group maps to (RFC 1112, RFC 2464), the
/// limited broadcast address the broadcast MAC; any other address 02 followed by 40 bits of its
/// hash, so that an address keeps its MAC in every twin. Throws Error for a link type that we do
/// not write or that cannot carry this version of IP.
void write_link_header(LinkType link, const FiveTuple& tuple, bool v6, HeaderBytes& out);

/// The MAC address of `address`, in the low 48 bits.
std::uint64_t mac_of(const IpAddress& address);

}  // namespace tracetwin
