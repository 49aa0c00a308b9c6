#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tracetwin {

namespace byte_order {
inline std::uint16_t swapped(std::uint16_t value) {
  return __builtin_bswap16(value);
}
inline std::uint32_t swapped(std::uint32_t value) {
  return __builtin_bswap32(value);
}
inline std::uint64_t swapped(std::uint64_t value) {
  return __builtin_bswap64(value);
}
}  // namespace byte_order

/// An unsigned integer of 16, 32 or 64 bits at any address, in a given byte order.
template <class T>
T load(const std::byte* at, std::endian order) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return order == std::endian::native ? value : byte_order::swapped(value);
}

template <class T>
T load_big(const std::byte* at) {
  return load<T>(at, std::endian::big);
}

/// The inverse of load().
template <class T>
void store(std::byte* at, T value, std::endian order) {
  if (order != std::endian::native) {
    value = byte_order::swapped(value);
  }
  std::memcpy(at, &value, sizeof value);
}

template <class T>
void store_little(std::byte* at, T value) {
  if constexpr (std::endian::native != std::endian::little) {
    value = byte_order::swapped(value);
  }
  std::memcpy(at, &value, sizeof value);
}

}  // namespace tracetwin
