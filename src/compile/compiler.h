#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "compile/plan.h"
#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin {

/// Compiles one plan into packets with complete headers, in time order, appended to `packets`; as
/// many as planned, as many in each direction, at the planned times. An empty plan gives none.
///
/// TCP (RFC 9293): initial sequence numbers from `random`; sequence numbers advance by payload,
/// SYN and FIN; every packet but the first SYN acknowledges what the other direction has sent so
/// far, an empty one possibly less, so that the next empty one has something new to acknowledge
/// (in a one-directional capture: a plausible, never decreasing value); an empty packet that could
/// only repeat the acknowledgement before it says another window; a RST's window is 0, any other
/// at least 16; a handshake
/// comes before data; nothing but acknowledgements follows a FIN of the same side, nothing at all
/// a RST (but more refusals of the same repeated SYN); options (MSS, window scale,
/// SACK-permitted; time stamps never) on SYN only. Plans that have too few packets for their open
/// or close state get the part of it that fits; tcp_script.cc has the rules. SYN, RST and the last
/// acknowledgement lose their planned payload, FIN and the handshake's third packet keep it.
/// Payload is limited so that the IP length fits its field and, for TCP, 1500 bytes unless the
/// plan itself asks for more than 1460 (frames that a network card put together).
/// UDP and any other protocol: one packet for each planned one, its payload raised to the least
/// that such a packet can have (SCTP: whole chunks of 4 bytes; ICMP errors: the packet they quote;
/// neighbour discovery, IGMP, GRE …: their fixed fields). ICMP and ICMPv6: type and code from the
/// tuple, in the backward direction the type that answers it (icmp.h), such as 0 to 8.
/// wire_length and captured_length are left 0: they depend on the link type.
/// Deterministic in (plan, random).
void compile(const ConversationPlan& plan, Random& random, std::vector<Packet>& packets);

/// The bytes of a frame for `packet`: link header, IP header, transport header, payload of zeros,
/// as far as `snap_length` allows (0 = all); lengths and checksums are computed here, over the
/// whole packet even when it is cut. Where zeros are no payload that the service could have sent
/// (capture_rule.h), the frame is captured up to its last header byte, as a shorter snap length
/// would do. `packet` may come from compile() or from a packet table (then missing header fields
/// have their defaults): its ip_length decides, or its payload_length when that is 0;
/// wire_length, captured_length and ip_checksum are not looked at; lengths too small for their
/// headers or too large for their fields are made legal; IP and TCP options other than a SYN's are
/// "end of options"; later fragments have no transport header. Minimum-size padding of Ethernet is
/// not added. Supports kEthernet (MAC addresses: link_header.h), kRaw, kIpv4, kIpv6, kNull, kLoop,
/// kLinuxSll, kLinuxSll2; throws Error for other link types, and for kIpv4 and kIpv6 with a packet
/// of the other version. Replaces `bytes`. Returns the original length.
std::uint32_t serialize(const Packet& packet, LinkType link, std::uint32_t snap_length,
                        std::vector<std::byte>& bytes);

}  // namespace tracetwin
