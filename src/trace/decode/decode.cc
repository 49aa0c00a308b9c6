#include "trace/decode/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "trace/decode/ethertypes.h"
#include "trace/decode/layers.h"

namespace tracetwin {

namespace {

using namespace decode;

struct Name {
  std::uint32_t number;
  std::string_view name;
};

constexpr std::array kLinkNames = {
    Name{6, "Token Ring"},
    Name{10, "FDDI"},
    Name{105, "IEEE 802.11"},
    Name{119, "Prism"},
    Name{127, "802.11 radiotap"},
    Name{187, "Bluetooth"},
    Name{189, "USB"},
    Name{195, "IEEE 802.15.4"},
    Name{201, "Bluetooth"},
    Name{220, "USB"},
    Name{227, "CAN"},
    Name{239, "NFLOG"},
    Name{249, "USBPcap"},
    Name{253, "netlink"},
    Name{258, "PKTAP"},
};

constexpr std::array kEtherNames = {
    Name{kEtherArp, "ARP"},
    Name{0x2000, "CDP"},
    Name{0x6002, "DECnet"},
    Name{0x8035, "RARP"},
    Name{0x8137, "IPX"},
    Name{0x8808, "Ethernet flow control"},
    Name{0x8809, "LACP"},
    Name{kEtherMpls, "MPLS without IP"},
    Name{kEtherPppoeDiscovery, "PPPoE discovery"},
    Name{kEtherPppoe, "PPPoE without IP"},
    Name{0x888e, "802.1X"},
    Name{0x8892, "PROFINET"},
    Name{0x88a4, "EtherCAT"},
    Name{0x88b8, "GOOSE"},
    Name{0x88cc, "LLDP"},
    Name{0x88e5, "MACsec"},
    Name{0x88f7, "PTP"},
    Name{0x9000, "loopback test"},
};

template <std::size_t N>
std::string_view name_in(const std::array<Name, N>& names, std::uint32_t number) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const Name& row) { return row.number == number; });
  return found == names.end() ? std::string_view() : found->name;
}

bool is_ppp(LinkType link) {
  return link == LinkType::kPpp || link == LinkType::kPppHdlc || link == LinkType::kPppEther;
}

std::string describe_not_ip(std::uint16_t type, LinkType link) {
  if (is_ppp(link)) {
    return fmt::format("not IP: PPP protocol 0x{:04x}", type);
  }
  if (type == 0) {
    return "not IP: no EtherType (802.3 frames such as spanning tree, or another address family)";
  }
  const std::string_view name = name_in(kEtherNames, type);
  return name.empty() ? fmt::format("not IP: EtherType 0x{:04x}", type)
                      : fmt::format("not IP: {} (EtherType 0x{:04x})", name, type);
}

std::string describe_link(LinkType link) {
  const auto number = static_cast<std::uint32_t>(link);
  const std::string_view name = name_in(kLinkNames, number);
  return name.empty() ? fmt::format("link type {} is not decoded", number)
                      : fmt::format("link type {} ({}) is not decoded", number, name);
}

}  // namespace

DecodeResult decode_frame(const Frame& frame, Packet& packet) {
  const auto captured = static_cast<std::uint32_t>(frame.bytes.size());
  static constexpr Packet kBlank;  // copied faster than compilers clear memory of this size
  packet = kBlank;
  packet.time_ns = frame.time_ns;
  packet.captured_length = captured;
  packet.wire_length = std::max(frame.original_length, captured);
  const NetworkLayer layer = network_layer(frame.link, frame.bytes);
  if (layer.fault != DecodeFault::kNone) {
    return {layer.fault, layer.ethertype, false};
  }
  const std::size_t link_bytes = captured - layer.bytes.size();
  bool whole = true;
  const DecodeFault fault = decode_ip(layer, packet.wire_length - link_bytes, packet, whole);
  return {fault, 0, !whole};
}

std::string describe(const DecodeResult& result, LinkType link) {
  switch (result.fault) {
    case DecodeFault::kNone:
      return "decoded";
    case DecodeFault::kUnknownLink:
      return describe_link(link);
    case DecodeFault::kTruncatedLink:
      return "captured bytes end inside the link header";
    case DecodeFault::kNotIp:
      return describe_not_ip(result.ethertype, link);
    case DecodeFault::kBadIpHeader:
      return "damaged IP header (version or lengths make no sense)";
    case DecodeFault::kTruncatedIp:
      return "captured bytes end inside the IP header";
  }
  return "unknown";
}

}  // namespace tracetwin
