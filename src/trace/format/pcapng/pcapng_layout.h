#pragma once

#include <cstddef>
#include <cstdint>

/// The pcapng file format (draft-ietf-opsawg-pcapng). Blocks of
///   type u32, total length u32, body, total length u32
/// whose lengths are multiples of 4. A section header sets the byte order of all that follows it;
/// interface descriptions are numbered from 0 in each section.
namespace tracetwin::pcapng {

enum BlockType : std::uint32_t {
  kInterfaceDescription = 1,
  kObsoletePacket = 2,
  kSimplePacket = 3,
  kEnhancedPacket = 6,
  kSectionHeader = 0x0a0d0d0a,
};

constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t kMajor = 1;
constexpr std::size_t kBlockHeader = 8;
constexpr std::size_t kBlockTrailer = 4;

/// Bytes of the fixed part of a block's body.
constexpr std::size_t kSectionBody = 16;   ///< magic u32, major u16, minor u16, length i64
constexpr std::size_t kInterfaceBody = 8;  ///< link u16, reserved u16, snap length u32
constexpr std::size_t kEnhancedBody = 20;  ///< interface, time high, low, captured, original: u32
constexpr std::size_t kObsoleteBody = 20;  ///< interface u16, drops u16, the rest as above
constexpr std::size_t kSimpleBody = 4;     ///< original length u32

/// Options: code u16, length u16, value padded to 4 bytes.
enum OptionCode : std::uint16_t {
  kEndOfOptions = 0,
  kTimeResolution = 9,  ///< u8: 10^-value s, or 2^-(value & 127) s when the top bit is set
  kTimeOffset = 14,     ///< i64 seconds added to each time
};

constexpr std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

}  // namespace tracetwin::pcapng
