#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include "trace/address.h"

namespace tracetwin {

/// The headers of one frame, written front to back in network order.
class HeaderBytes {
 public:
  void u8(std::uint32_t value) {
    assert(size_ < bytes_.size());
    bytes_[size_++] = static_cast<std::uint8_t>(value);
  }
  void u16(std::uint32_t value) {
    u8(value >> 8);
    u8(value);
  }
  void u32(std::uint32_t value) {
    u16(value >> 16);
    u16(value);
  }
  void u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value >> 32));
    u32(static_cast<std::uint32_t>(value));
  }
  void zeros(std::size_t count) {
    for (; count > 0; --count) {
      u8(0);
    }
  }
  void v4(const IpAddress& address) { u32(address.v4_bits()); }
  void v6(const IpAddress& address) {
    u64(address.high);
    u64(address.low);
  }

  void set_u16(std::size_t at, std::uint32_t value) {
    bytes_[at] = static_cast<std::uint8_t>(value >> 8);
    bytes_[at + 1] = static_cast<std::uint8_t>(value);
  }

  std::size_t size() const { return size_; }
  std::span<const std::uint8_t> from(std::size_t at) const {
    return std::span(bytes_).subspan(at, size_ - at);
  }

 private:
  /// Link 20, IP with fragment header 60, TCP 60, or ICMP with an IP packet in it 8 + 48.
  std::array<std::uint8_t, 192> bytes_;
  std::size_t size_ = 0;
};

}  // namespace tracetwin
