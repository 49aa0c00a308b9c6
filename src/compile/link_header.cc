// Ethernet II; Linux cooked captures v1 and v2 (LINKTYPE_LINUX_SLL, _SLL2: the packet as the
// receiving host saw it); BSD loopback, 4 bytes of address family in little-endian (LINKTYPE_NULL)
// or network order (LINKTYPE_LOOP); and the link types that have no header.

#include "compile/link_header.h"

#include <string>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kBroadcastMac = 0xffffffffffff;
constexpr std::uint16_t kArphrdEthernet = 1;

bool is_multicast(const IpAddress& address) {
  return address.is_v4() ? address.v4_bits() >> 28 == 0xe : address.high >> 56 == 0xff;
}

std::uint32_t ethertype(bool v6) {
  return v6 ? 0x86dd : 0x0800;
}

void mac(const IpAddress& address, HeaderBytes& out) {
  const std::uint64_t bits = mac_of(address);
  out.u16(static_cast<std::uint32_t>(bits >> 32));
  out.u32(static_cast<std::uint32_t>(bits));
}

void ethernet(const FiveTuple& tuple, bool v6, HeaderBytes& out) {
  mac(tuple.dst, out);
  mac(tuple.src, out);
  out.u16(ethertype(v6));
}

/// 0 sent to us, 1 broadcast, 2 multicast.
std::uint32_t cooked_packet_type(const IpAddress& destination) {
  return mac_of(destination) == kBroadcastMac ? 1 : is_multicast(destination) ? 2 : 0;
}

void cooked(const FiveTuple& tuple, bool v6, HeaderBytes& out) {
  out.u16(cooked_packet_type(tuple.dst));
  out.u16(kArphrdEthernet);
  out.u16(6);
  mac(tuple.src, out);
  out.u16(0);
  out.u16(ethertype(v6));
}

void cooked2(const FiveTuple& tuple, bool v6, HeaderBytes& out) {
  out.u16(ethertype(v6));
  out.u16(0);
  out.u32(1);  // interface index
  out.u16(kArphrdEthernet);
  out.u8(cooked_packet_type(tuple.dst));
  out.u8(6);
  mac(tuple.src, out);
  out.u16(0);
}

void loopback(std::uint32_t family, bool network_order, HeaderBytes& out) {
  out.u32(network_order ? family : family << 24);
}

void raw(bool right_version, LinkType link) {
  if (!right_version) {
    const bool v4 = link == LinkType::kIpv4;
    throw Error(std::string("a capture of link type ") + (v4 ? "IPv4" : "IPv6") +
                    " cannot hold an " + (v4 ? "IPv6" : "IPv4") + " packet",
                "choose the link type raw or ethernet");
  }
}

}  // namespace

std::uint64_t mac_of(const IpAddress& address) {
  if (address == IpAddress::v4(0xffffffff)) {
    return kBroadcastMac;
  }
  if (is_multicast(address)) {
    return address.is_v4() ? 0x01005e000000 | (address.low & 0x7fffff)
                           : 0x333300000000 | (address.low & 0xffffffff);
  }
  return 0x020000000000 | (mix(address.high, address.low) & 0xffffffffff);
}

void write_link_header(LinkType link, const FiveTuple& tuple, bool v6, HeaderBytes& out) {
  switch (link) {
    case LinkType::kEthernet:
      return ethernet(tuple, v6, out);
    case LinkType::kLinuxSll:
      return cooked(tuple, v6, out);
    case LinkType::kLinuxSll2:
      return cooked2(tuple, v6, out);
    case LinkType::kNull:
      return loopback(v6 ? 30 : 2, false, out);  // AF_INET6 of Darwin
    case LinkType::kLoop:
      return loopback(v6 ? 24 : 2, true, out);  // AF_INET6 of OpenBSD
    case LinkType::kRaw:
      return;
    case LinkType::kIpv4:
      return raw(!v6, link);
    case LinkType::kIpv6:
      return raw(v6, link);
    default:
      throw Error("frames of link type " + std::to_string(static_cast<std::uint32_t>(link)) +
                      " cannot be written",
                  "choose the link type ethernet or raw");
  }
}

}  // namespace tracetwin
