#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "trace/io/byte_source.h"

namespace tracetwin::pcapng {

struct Block {
  std::uint32_t type = 0;
  std::span<const std::byte> body;  ///< valid until the next block is read
};

/// Cuts a pcapng stream into blocks and keeps its byte order. Blocks that hold neither packets
/// nor what it takes to read them (names, statistics, secrets, unknown ones) are passed over.
class BlockReader {
 public:
  explicit BlockReader(Buffered input) : input_(std::move(input)) {}

  enum class Outcome { kBlock, kEnd, kCut, kDamaged };
  /// kEnd: the data ended between blocks; kCut: inside one; kDamaged: see damage().
  Outcome next(Block& block);

  std::endian order() const { return order_; }
  /// What made no sense, for Skips.
  std::string_view damage() const { return damage_; }
  const ByteSource& source() const { return input_.source(); }

 private:
  Outcome damaged(std::string_view what);
  Outcome begin(std::uint32_t& type, std::uint32_t& length);
  Outcome take(std::uint32_t length, Block& block);
  Outcome pass_over(std::uint32_t length);

  Buffered input_;
  std::endian order_ = std::endian::little;
  std::string_view damage_;
};

}  // namespace tracetwin::pcapng
