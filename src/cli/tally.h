#pragma once

#include <cstdint>

namespace tracetwin::cli {

/// What a protocol, an IP version or a host has to its name.
struct Tally {
  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< IP bytes

  Tally& operator+=(const Tally& other) {
    flows += other.flows;
    packets += other.packets;
    bytes += other.bytes;
    return *this;
  }
};

}  // namespace tracetwin::cli
