#pragma once

#include <optional>

#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin::evaluate {

/// Whether the checksums of a captured IPv4 packet (IPv6 has none in its header) are right; empty
/// where there is nothing to check or not all of it was captured.
struct ChecksumVerdict {
  std::optional<bool> ip;
  std::optional<bool> transport;  ///< TCP, UDP, ICMP, ICMPv6; UDP without one (0) is not checked
};

/// `packet` is what `frame` was decoded to.
ChecksumVerdict check_checksums(const Frame& frame, const Packet& packet);

}  // namespace tracetwin::evaluate
