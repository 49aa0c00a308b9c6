#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

// Files that a program leaves for its worker: eight letters, some 64-bit numbers, arrays.
namespace tracetwin::engine {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie");

inline constexpr std::size_t kMagicSize = 8;

/// The numbers behind the letters `magic`; empty when the file begins otherwise.
template <std::size_t N>
std::optional<std::array<std::uint64_t, N>> read_header(std::ifstream& file,
                                                        std::string_view magic) {
  std::array<char, kMagicSize> letters{};
  std::array<std::uint64_t, N> header{};
  file.read(letters.data(), letters.size());
  file.read(reinterpret_cast<char*>(header.data()), sizeof header);
  const bool known = file && std::string_view(letters.data(), letters.size()) == magic;
  return known ? std::optional(header) : std::nullopt;
}

/// `size` values; the file's state says whether all were there.
template <class T>
std::vector<T> read_array(std::ifstream& file, std::uint64_t size) {
  std::vector<T> values(size);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(size * sizeof(T)));
  return values;
}

}  // namespace tracetwin::engine
