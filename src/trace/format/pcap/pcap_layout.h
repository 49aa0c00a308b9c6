#pragma once

#include <cstddef>
#include <cstdint>

/// The pcap file format (draft-ietf-opsawg-pcap). A file header:
///   magic u32, version major u16, minor u16, time zone i32, accuracy u32, snap length u32, link
///   u32
/// then records: seconds u32, fraction u32, captured length u32, original length u32, bytes.
/// The magic tells the byte order and the unit of the fraction. Files of the magic "modified"
/// (libpcap with Alexey Kuznetzov's patches) have 8 more bytes in each record header.
namespace tracetwin::pcap {

constexpr std::uint32_t kMicroMagic = 0xa1b2c3d4;
constexpr std::uint32_t kNanoMagic = 0xa1b23c4d;
constexpr std::uint32_t kModifiedMagic = 0xa1b2cd34;
constexpr std::uint16_t kMajor = 2;
constexpr std::uint16_t kMinor = 4;
constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;
constexpr std::size_t kModifiedRecordHeader = 24;

}  // namespace tracetwin::pcap
