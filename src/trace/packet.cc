#include "trace/packet.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tracetwin {

namespace {

struct ProtocolName {
  std::uint8_t number;
  std::string_view name;
};

/// The first name of a number is the one written; the others are read too.
constexpr std::array kProtocolNames = {
    ProtocolName{kIcmp, "ICMP"},
    ProtocolName{2, "IGMP"},
    ProtocolName{4, "IPIP"},
    ProtocolName{4, "IPv4"},
    ProtocolName{kTcp, "TCP"},
    ProtocolName{8, "EGP"},
    ProtocolName{kUdp, "UDP"},
    ProtocolName{kDccp, "DCCP"},
    ProtocolName{41, "IPv6"},
    ProtocolName{46, "RSVP"},
    ProtocolName{47, "GRE"},
    ProtocolName{50, "ESP"},
    ProtocolName{51, "AH"},
    ProtocolName{kIcmpV6, "ICMPv6"},
    ProtocolName{kIcmpV6, "ICMP6"},
    ProtocolName{kIcmpV6, "IPv6-ICMP"},
    ProtocolName{88, "EIGRP"},
    ProtocolName{89, "OSPF"},
    ProtocolName{103, "PIM"},
    ProtocolName{112, "VRRP"},
    ProtocolName{115, "L2TP"},
    ProtocolName{kSctp, "SCTP"},
    ProtocolName{kUdpLite, "UDPLite"},
    ProtocolName{kUdpLite, "UDP-Lite"},
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

bool has_ports(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kSctp || protocol == kDccp ||
         protocol == kUdpLite;
}

std::string protocol_name(std::uint8_t protocol) {
  const auto found = std::find_if(kProtocolNames.begin(), kProtocolNames.end(),
                                  [&](const auto& row) { return row.number == protocol; });
  return found == kProtocolNames.end() ? std::to_string(protocol) : std::string(found->name);
}

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
  std::uint8_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, fault] = std::from_chars(text.data(), last, number);
  if (fault == std::errc() && end == last) {
    return number;
  }
  const auto found = std::find_if(kProtocolNames.begin(), kProtocolNames.end(),
                                  [&](const auto& row) { return same_word(row.name, text); });
  return found == kProtocolNames.end() ? std::nullopt : std::optional(found->number);
}

}  // namespace tracetwin
