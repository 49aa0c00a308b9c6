#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tracetwin {

/// An IPv4 or IPv6 address as 128 bits in host order; IPv4 a.b.c.d is held as ::ffff:a.b.c.d.
struct IpAddress {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static constexpr IpAddress v4(std::uint32_t address) { return {0, 0xffff00000000ULL | address}; }
  /// From 16 bytes in network order.
  static IpAddress v6(const std::uint8_t* bytes);

  constexpr bool is_v4() const { return high == 0 && low >> 32 == 0xffff; }
  /// The 32 bits of an IPv4 address; meaningless for IPv6.
  constexpr std::uint32_t v4_bits() const { return static_cast<std::uint32_t>(low); }
  /// 16 bytes in network order (the mapped form for IPv4).
  std::array<std::uint8_t, 16> bytes() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// Dotted IPv4, any RFC 4291 IPv6 text (zone suffixes refused), or a decimal integer below 2^32 as
/// an IPv4 address (the form NetShare and NetDPSyn write). Empty when the text is none of them.
std::optional<IpAddress> parse_address(std::string_view text);

/// Dotted IPv4, or IPv6 in the canonical form of RFC 5952.
std::string to_string(const IpAddress& address);

}  // namespace tracetwin

template <>
struct std::hash<tracetwin::IpAddress> {
  std::size_t operator()(const tracetwin::IpAddress& a) const noexcept {
    std::uint64_t h = (a.high ^ 0x9e3779b97f4a7c15ULL) * 0xff51afd7ed558ccdULL;
    h = (h ^ (h >> 32) ^ a.low) * 0xc4ceb9fe1a85ec53ULL;
    return static_cast<std::size_t>(h ^ (h >> 29));
  }
};
