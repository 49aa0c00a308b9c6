#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "trace/format/pcapng/clock.h"
#include "trace/frame.h"

namespace tracetwin::pcapng {

/// What an interface description block says.
struct Interface {
  LinkType link = LinkType::kEthernet;
  std::uint32_t snap_length = 0;  ///< 0: no limit
  Clock clock;
  bool met = false;  ///< a frame of it was read
};

/// From the body of the block; empty when that is too short. Unknown and damaged options are
/// passed over.
std::optional<Interface> parse_interface(std::span<const std::byte> body, std::endian order);

}  // namespace tracetwin::pcapng
