#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "trace/frame.h"
#include "trace/packet.h"

namespace tracetwin::test {

/// Writes serialize()d packets as a little-endian microsecond pcap.
void write_capture(const std::filesystem::path& path, const std::vector<Packet>& packets,
                   LinkType link, std::uint32_t snap_length);

}  // namespace tracetwin::test
