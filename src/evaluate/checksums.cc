// The IP header is looked for behind the link header, which is told by the link type (tcpdump.org)
// and, on Ethernet, by the VLAN tags. Where it is not found (MPLS, PPPoE, …) nothing is checked.
#include "evaluate/checksums.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "trace/io/byte_order.h"

namespace tracetwin::evaluate {
namespace {

using Bytes = std::span<const std::byte>;

std::size_t behind_ethernet(Bytes frame) {
  std::size_t at = 12;
  while (frame.size() >= at + 6) {
    const auto type = load_big<std::uint16_t>(&frame[at]);
    if (type != 0x8100 && type != 0x88a8 && type != 0x9100) {
      break;
    }
    at += 4;
  }
  return at + 2;
}

std::size_t link_header(const Frame& frame) {
  switch (frame.link) {
    case LinkType::kEthernet:
      return behind_ethernet(frame.bytes);
    case LinkType::kNull:
    case LinkType::kLoop:
      return 4;
    case LinkType::kLinuxSll:
      return 16;
    case LinkType::kLinuxSll2:
      return 20;
    case LinkType::kRaw:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return 0;
    default:
      return SIZE_MAX;
  }
}

/// Sum of big-endian 16-bit words (RFC 1071); an odd last byte is the upper half of a word.
std::uint64_t sum(Bytes bytes) {
  std::uint64_t all = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    all += load_big<std::uint16_t>(&bytes[at]);
  }
  if (bytes.size() % 2 == 1) {
    all += std::to_integer<std::uint64_t>(bytes.back()) << 8;
  }
  return all;
}

/// Whether a sum that includes its own checksum says that nothing was changed.
bool is_right(std::uint64_t all) {
  while (all >> 16 != 0) {
    all = (all >> 16) + (all & 0xffff);
  }
  return all == 0xffff;
}

struct Located {
  Bytes header;  ///< of IP; empty when it was not found
  Bytes rest;    ///< what follows, as captured, without padding
  bool whole = false;
};

Located locate(const Frame& frame, const Packet& packet) {
  const std::size_t at = link_header(frame);
  const std::size_t size = packet.version == 4 ? std::size_t{packet.ihl} * 4 : 40;
  Located found;
  if (at > frame.bytes.size() || frame.bytes.size() - at < size || size < 20) {
    return found;
  }
  const Bytes ip = frame.bytes.subspan(at);
  const bool same = std::to_integer<unsigned>(ip[0]) >> 4 == packet.version &&
                    (packet.version == 6 || load_big<std::uint16_t>(&ip[2]) == packet.ip_length);
  if (!same || packet.ip_length < size) {
    return found;
  }
  found.header = ip.first(size);
  const std::size_t wanted = packet.ip_length - size;
  found.whole = ip.size() - size >= wanted;
  found.rest = ip.subspan(size, found.whole ? wanted : ip.size() - size);
  return found;
}

/// Source, destination, length and protocol (RFC 9293, 3.1; RFC 8200, 8.1).
std::uint64_t pseudo_header(const Located& found, const Packet& packet) {
  const std::size_t addresses = packet.version == 4 ? 12 : 8;
  const std::size_t width = packet.version == 4 ? 8 : 32;
  return sum(found.header.subspan(addresses, width)) + found.rest.size() + packet.tuple.proto;
}

std::optional<bool> transport_right(const Located& found, const Packet& packet) {
  const bool fragment = packet.fragment_offset != 0 || (packet.ip_flags & 1) != 0;
  const std::uint8_t proto = packet.tuple.proto;
  // In IPv6 the protocol's number must stand in the fixed header: no extension headers between.
  const bool direct =
      packet.version == 4 || std::to_integer<std::uint8_t>(found.header[6]) == proto;
  if (!found.whole || fragment || !direct || found.rest.size() < 8) {
    return std::nullopt;
  }
  if (proto == kIcmp && packet.version == 4) {
    return is_right(sum(found.rest));
  }
  const bool udp_without = proto == kUdp && load_big<std::uint16_t>(&found.rest[6]) == 0;
  const bool known = proto == kTcp || proto == kUdp || (proto == kIcmpV6 && packet.version == 6);
  if (!known || udp_without || (proto == kTcp && found.rest.size() < 20)) {
    return std::nullopt;
  }
  return is_right(sum(found.rest) + pseudo_header(found, packet));
}

}  // namespace

ChecksumVerdict check_checksums(const Frame& frame, const Packet& packet) {
  const Located found = locate(frame, packet);
  if (found.header.empty()) {
    return {};
  }
  ChecksumVerdict verdict;
  if (packet.version == 4) {
    verdict.ip = is_right(sum(found.header));
  }
  verdict.transport = transport_right(found, packet);
  return verdict;
}

}  // namespace tracetwin::evaluate
