#pragma once

#include <cstdint>

#include "trace/address.h"
#include "trace/packet.h"

namespace tracetwin {

/// What kind of place an address names (RFC 6890, RFC 4291).
enum class AddressKind : std::uint8_t {
  kHost,         ///< one interface, wherever it is
  kLinkLocal,    ///< one interface of the same link: 169.254/16, fe80::/10
  kGroup,        ///< many: multicast, and the limited broadcast address
  kUnspecified,  ///< nobody yet: 0.0.0.0, ::
};
AddressKind kind_of(const IpAddress& address);

/// Whether a packet of this protocol may go from a sender of one kind to a receiver of the other:
/// groups do not send, TCP has two hosts, and who is on a link only does not speak with who is
/// not, except to find neighbours (ICMPv6).
bool may_send(AddressKind from, AddressKind to, std::uint8_t proto);

/// Of the same family, and may_send().
bool is_possible_pair(const IpAddress& from, const IpAddress& to, std::uint8_t proto);

}  // namespace tracetwin
