// ICMPv6 errors and echo (RFC 4443), neighbour discovery (RFC 4861), multicast listeners (RFC 2710,
// RFC 3810).

#include "compile/icmpv6_body.h"

#include "compile/link_header.h"

namespace tracetwin {
namespace {

enum Type : std::uint16_t {
  kTooBig = 2,
  kLastError = 4,
  kEchoRequest = 128,
  kEchoReply = 129,
  kListenerQuery = 130,
  kListenerDone = 132,
  kRouterSolicitation = 133,
  kRouterAdvertisement = 134,
  kNeighbourSolicitation = 135,
  kNeighbourAdvertisement = 136,
  kRedirect = 137,
  kListenerReport2 = 143,
};

constexpr std::uint64_t kLinkLocal = 0xfe80ULL << 48;
constexpr std::uint64_t kMulticastLink = 0xff02ULL << 48;

bool is_v6_multicast(const IpAddress& address) {
  return address.high >> 56 == 0xff;
}

/// The group that asks for an address of these low 24 bits (RFC 4291, 2.7.1).
IpAddress solicited_node(const IpAddress& address) {
  return {kMulticastLink, 0x1ff000000 | (address.low & 0xffffff)};
}

/// An address that may be asked for with a packet to `destination`.
IpAddress target_of(const IpAddress& destination) {
  return is_v6_multicast(destination) ? IpAddress{kLinkLocal, destination.low & 0xffffff}
                                      : destination;
}

std::uint32_t second_word(const Packet& packet, const Shape& shape) {
  switch (packet.tuple.srcport) {
    case kTooBig:
      return 1280;
    case kEchoRequest:
    case kEchoReply:
      return echo_word(packet);
    case kRouterAdvertisement:
      return 0x40000708;  // hop limit 64, lifetime 1,800 s
    case kNeighbourAdvertisement:
      return is_v6_multicast(packet.tuple.dst) ? 0x20000000 : 0x60000000;
    case kListenerReport2:
      return shape.payload >= 20 ? 1 : 0;
    default:
      return 0;
  }
}

void failed_v6_packet(const Packet& packet, std::uint32_t length, HeaderBytes& out) {
  out.u32(6U << 28);
  out.u32((length - 40) << 16 | std::uint32_t{kUdp} << 8 | 64);
  out.v6(packet.tuple.dst);
  out.v6(packet.tuple.src);
  out.u32(quoted_ports(packet));
  out.u32((length - 40) << 16);
}

void link_address_option(std::uint8_t kind, const IpAddress& owner, HeaderBytes& out) {
  const std::uint64_t mac = mac_of(owner);
  out.u16(std::uint32_t{kind} << 8 | 1);
  out.u16(static_cast<std::uint32_t>(mac >> 32));
  out.u32(static_cast<std::uint32_t>(mac));
}

void neighbour_fields(const Packet& packet, HeaderBytes& out) {
  switch (packet.tuple.srcport) {
    case kRouterAdvertisement:
      return out.u64(0);
    case kNeighbourSolicitation:
      return out.v6(target_of(packet.tuple.dst));
    case kNeighbourAdvertisement:
      return out.v6(packet.tuple.src);
    case kRedirect:
      out.v6(packet.tuple.src);
      return out.v6(packet.tuple.dst);
    default:
      return;
  }
}

/// The fields of a message of neighbour discovery and, if there is room, the link address of its
/// sender.
void neighbour(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  const std::size_t begin = out.size();
  neighbour_fields(packet, out);
  const bool source_kind = packet.tuple.srcport <= kNeighbourSolicitation;
  if (shape.payload >= out.size() - begin + 8) {
    link_address_option(source_kind ? 1 : 2, packet.tuple.src, out);
  }
}

void listener_record(const Packet& packet, HeaderBytes& out) {
  constexpr std::uint32_t kToExclude = 4;
  out.u32(kToExclude << 24);
  out.v6(solicited_node(packet.tuple.src));
}

void fields(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  const std::uint16_t type = packet.tuple.srcport;
  if (type >= 1 && type <= kLastError) {
    failed_v6_packet(packet, shape.payload, out);
  } else if (type >= kListenerQuery && type <= kListenerDone) {
    out.v6(packet.tuple.dst);
  } else if (type >= kRouterSolicitation && type <= kRedirect) {
    neighbour(packet, shape, out);
  } else if (type == kListenerReport2 && shape.payload >= 20) {
    listener_record(packet, out);
  }
}

}  // namespace

void write_icmpv6(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  out.u8(packet.tuple.srcport);
  out.u8(packet.tuple.dstport);
  out.u16(0);
  out.u32(second_word(packet, shape));
  if (!shape.fragment) {
    fields(packet, shape, out);
  }
}

}  // namespace tracetwin
