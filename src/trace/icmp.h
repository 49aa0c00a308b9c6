#pragma once

#include <cstdint>
#include <optional>

namespace tracetwin {

/// A question of ICMP or ICMPv6 and the answer to it, by their type numbers.
struct IcmpPair {
  std::uint8_t request = 0;
  std::uint8_t reply = 0;
};

/// The pair that `type` belongs to, on either side of it; empty for types that are not part of a
/// question and answer, and for protocols other than ICMP and ICMPv6. Numbers: IANA "ICMP Type
/// Numbers" and "ICMPv6 type Numbers".
std::optional<IcmpPair> icmp_pair(std::uint8_t protocol, std::uint16_t type);

/// The type of a message in the other direction of the same conversation: the other half of its
/// pair, or `type` itself where there is none.
std::uint16_t icmp_counterpart(std::uint8_t protocol, std::uint16_t type);

}  // namespace tracetwin
