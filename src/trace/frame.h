#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tracetwin {

/// Link types by their LINKTYPE_ number (tcpdump.org); only those we decode are named.
enum class LinkType : std::uint32_t {
  kNull = 0,  ///< BSD loopback, family in the capturing host's byte order
  kEthernet = 1,
  kPpp = 9,
  kPppHdlc = 50,
  kPppEther = 51,
  kRaw = 101,
  kLoop = 108,  ///< OpenBSD loopback, family in network order
  kLinuxSll = 113,
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxSll2 = 276,
};

/// Whether frames of this link type are decoded: it is one of those named above.
constexpr bool is_decoded(LinkType link) {
  switch (link) {
    case LinkType::kNull:
    case LinkType::kEthernet:
    case LinkType::kPpp:
    case LinkType::kPppHdlc:
    case LinkType::kPppEther:
    case LinkType::kRaw:
    case LinkType::kLoop:
    case LinkType::kLinuxSll:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
    case LinkType::kLinuxSll2:
      return true;
  }
  return false;
}

/// One captured frame as it stands in a capture. `bytes` is valid until the reader's next call.
struct Frame {
  std::int64_t time_ns = 0;
  LinkType link = LinkType::kEthernet;
  std::uint32_t original_length = 0;
  std::span<const std::byte> bytes;  ///< bytes.size() <= original_length in a sound capture
};

}  // namespace tracetwin
