#include "base/packed_column.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace tracetwin {
namespace {

constexpr std::array<std::size_t, 4> kWidths = {1, 2, 4, 8};

std::size_t width_of(Wide distance) {
  const auto found = std::find_if(kWidths.begin(), kWidths.end(),
                                  [&](std::size_t width) { return distance >> (8 * width) == 0; });
  return found == kWidths.end() ? sizeof(Wide) : *found;
}

template <class Stored>
void pack(const std::vector<Wide>& values, Wide least, std::byte* bytes) {
  for (const Wide value : values) {
    const auto distance = static_cast<Stored>(value - least);
    std::memcpy(bytes, &distance, sizeof distance);
    bytes += sizeof distance;
  }
}

template <class Stored, class T>
void unpack(const std::byte* bytes, Wide least, std::span<T> values) {
  for (T& value : values) {
    Stored distance = 0;
    std::memcpy(&distance, bytes, sizeof distance);
    value = static_cast<T>(least + distance);
    bytes += sizeof distance;
  }
}

/// Calls `visit` with a number of the type that is `width` bytes wide.
template <class Visit>
void with_width(std::size_t width, const Visit& visit) {
  switch (width) {
    case 1:
      return visit(std::uint8_t{});
    case 2:
      return visit(std::uint16_t{});
    case 4:
      return visit(std::uint32_t{});
    case 8:
      return visit(std::uint64_t{});
    default:
      return visit(Wide{});
  }
}

}  // namespace

PackedColumn::PackedColumn(std::initializer_list<Wide> values) {
  for (const Wide value : values) {
    push_back(value);
  }
}

PackedColumn::PackedColumn(const std::vector<Wide>& values) {
  for (const Wide value : values) {
    push_back(value);
  }
}

PackedColumn::PackedColumn(const PackedColumn& other) {
  for (const Wide value : other) {
    push_back(value);
  }
}

PackedColumn& PackedColumn::operator=(const PackedColumn& other) {
  return *this = PackedColumn(other);
}

void PackedColumn::push_back(Wide value) {
  open_.push_back(value);
  if (open_.size() == kBlock) {
    close_block();
  }
}

void PackedColumn::append(std::size_t times, Wide value) {
  for (std::size_t i = 0; i < times; ++i) {
    push_back(value);
  }
}

void PackedColumn::close_block() {
  const auto [least, largest] = std::minmax_element(open_.begin(), open_.end());
  Block block{*least, width_of(*largest - *least), 0};
  std::vector<std::byte> bytes(block.width * kBlock);
  with_width(block.width,
             [&](auto stored) { pack<decltype(stored)>(open_, block.least, bytes.data()); });
  block.place = packed_.append(bytes);
  blocks_.push_back(block);
  open_.clear();
}

template <class T>
void PackedColumn::read(std::size_t block, std::vector<T>& values) const {
  if (block == blocks_.size()) {
    values.resize(open_.size());
    std::transform(open_.begin(), open_.end(), values.begin(),
                   [](Wide value) { return static_cast<T>(value); });
    return;
  }
  const Block& packed = blocks_[block];
  std::vector<std::byte> bytes(packed.width * kBlock);
  packed_.read(packed.place, bytes);
  values.resize(kBlock);
  with_width(packed.width, [&](auto stored) {
    unpack<decltype(stored)>(bytes.data(), packed.least, std::span(values));
  });
}

template void PackedColumn::read(std::size_t, std::vector<Wide>&) const;
template void PackedColumn::read(std::size_t, std::vector<std::uint64_t>&) const;
template void PackedColumn::read(std::size_t, std::vector<std::uint16_t>&) const;

Wide PackedColumn::operator[](std::size_t i) const {
  const std::size_t block = i / kBlock;
  if (block == blocks_.size()) {
    return open_[i % kBlock];
  }
  const Block& packed = blocks_[block];
  std::array<std::byte, sizeof(Wide)> bytes{};
  packed_.read(packed.place + i % kBlock * packed.width, std::span(bytes).first(packed.width));
  std::array<Wide, 1> value{};
  with_width(packed.width, [&](auto stored) {
    unpack<decltype(stored)>(bytes.data(), packed.least, std::span<Wide>(value));
  });
  return value[0];
}

}  // namespace tracetwin
