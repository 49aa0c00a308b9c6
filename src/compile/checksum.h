#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tracetwin {

/// The Internet checksum (RFC 1071) as a running sum of big-endian 16-bit words. Zero bytes add
/// nothing, so a payload of zeros needs no visit. Parts must begin at even offsets of the whole.
class InternetSum {
 public:
  void add(std::span<const std::uint8_t> bytes);
  void add_number(std::uint32_t number) { sum_ += (number >> 16) + (number & 0xffff); }
  std::uint16_t checksum() const;

 private:
  std::uint64_t sum_ = 0;
};

/// CRC-32C (Castagnoli; RFC 9260, appendix A) of `bytes` followed by `zeros` zero bytes. Takes
/// time in the logarithm of `zeros`.
std::uint32_t crc32c(std::span<const std::uint8_t> bytes, std::uint64_t zeros = 0);

}  // namespace tracetwin
