#pragma once

#include <cstdint>
#include <string>

#include "trace/io/byte_source.h"
#include "trace/reader.h"

/// What the readers and writers of pcap and pcapng have in common.
namespace tracetwin::capture {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

/// Snap length to declare when none is asked for, that of common capture tools.
constexpr std::uint32_t kDefaultSnapLength = 262'144;

/// No packet of more captured bytes than this is believed: a length field beyond it is damage.
constexpr std::uint32_t kLongestPacket = 16 << 20;

/// The most captured bytes that a packet can have where `snap_length` was declared (0: none).
/// Generous, since writers are known to exceed what they declare.
std::uint32_t longest_packet(std::uint32_t snap_length);

/// The link type of a file's number: its lower bits, with the platform-dependent numbers 12 and
/// 14 of raw IP mapped to LinkType::kRaw.
LinkType link_type_of(std::uint32_t number);

/// Adds `link` to the types met; at most kMostLinkTypes of them are listed.
constexpr std::size_t kMostLinkTypes = 64;
void note_link(std::vector<LinkType>& types, LinkType link);

/// Counts that the data ended at `position`: inside a packet (`cut`), by damage to the
/// compressed stream, or (nothing is counted) where it should.
void count_end(Skips& skips, const ByteSource& source, bool cut, std::uint64_t position);

/// Error for a frame that the format called `format` cannot hold; `number` counts from 1.
[[noreturn]] void refuse_frame(std::string_view format, std::uint64_t number,
                               const std::string& why, std::string remedy);

}  // namespace tracetwin::capture
