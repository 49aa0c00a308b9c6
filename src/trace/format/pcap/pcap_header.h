#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "trace/frame.h"

namespace tracetwin::pcap {

/// What the header of a pcap file says of its records (pcap_layout.h).
struct FileHeader {
  std::endian order = std::endian::little;
  std::uint16_t minor = 0;
  std::uint32_t snap_length = 0;
  LinkType link = LinkType::kEthernet;
  std::int64_t ns_per_tick = 1000;
  std::size_t record_header = 0;  ///< bytes
  std::uint32_t longest = 0;      ///< bytes that a record may have, its header aside
};

/// The header of one record.
struct RecordHeader {
  std::uint32_t seconds = 0;
  std::uint32_t ticks = 0;
  std::uint32_t captured = 0;
  std::uint32_t original = 0;
};

/// Whether bytes begin as a pcap file does.
bool is_magic(std::span<const std::byte> head);
/// Throws Error, which calls the file `name`, when the bytes are no such header.
FileHeader parse_file_header(std::span<const std::byte> bytes, const std::string& name);
/// `bytes` are at least header.record_header.
RecordHeader parse_record_header(std::span<const std::byte> bytes, const FileHeader& header);

}  // namespace tracetwin::pcap
