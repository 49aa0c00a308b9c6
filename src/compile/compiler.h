#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "compile/plan.h"
#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin {

/// Compiles one plan into packets with complete headers, in time order, appended to `packets`.
///
/// TCP (RFC 9293): initial sequence numbers from `random`; sequence numbers advance by payload,
/// SYN and FIN; every packet but the first SYN acknowledges exactly what the other direction has
/// sent so far (in a one-directional capture: a plausible, never decreasing value); a handshake
/// comes before data; nothing but acknowledgements follows a FIN of the same side, nothing at all
/// a RST; options (MSS, SACK-permitted, time stamps never) on SYN only. Plans that have too few
/// packets for their open or close state get the part of it that fits. Payload is limited so that
/// the IP length fits its field and, for TCP, 1500 bytes unless the plan itself asks for more.
/// UDP, SCTP (common header plus DATA chunk padding rules), ICMP and ICMPv6 (echo and other
/// types: type and code from the tuple, replies in the backward direction where the type has one,
/// such as 8 -> 0, 128 -> 129), any other protocol: IP payload of the planned size.
/// Deterministic in (plan, random).
void compile(const ConversationPlan& plan, Random& random, std::vector<Packet>& packets);

/// The bytes of a frame for `packet`: link header, IP header, transport header, payload of zeros,
/// as far as `snap_length` allows (0 = all); lengths and checksums are computed here, over the
/// whole packet even when it is cut. `packet` may come from compile() or from a packet CSV (then
/// missing header fields have their defaults). Supports kEthernet (with locally administered MAC
/// addresses derived from the IP addresses), kRaw, kIpv4, kIpv6, kNull, kLinuxSll, kLinuxSll2;
/// throws Error for other link types. Appends nothing; replaces `bytes`. Returns the original
/// length.
std::uint32_t serialize(const Packet& packet, LinkType link, std::uint32_t snap_length,
                        std::vector<std::byte>& bytes);

}  // namespace tracetwin
