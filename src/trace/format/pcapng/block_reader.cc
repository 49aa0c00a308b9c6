#include "trace/format/pcapng/block_reader.h"

#include "trace/format/pcap/capture.h"
#include "trace/format/pcapng/pcapng_layout.h"
#include "trace/io/byte_order.h"

namespace tracetwin::pcapng {

namespace {

/// The longest packet and room for its options; longer blocks of packets are damage.
constexpr std::uint32_t kLongestBlock = capture::kLongestPacket + (1 << 20);
constexpr std::size_t kShortestBlock = kBlockHeader + kBlockTrailer;
constexpr std::string_view kLengthsDiffer = "block whose two lengths differ";

bool is_used(std::uint32_t type) {
  return type == kSectionHeader || type == kInterfaceDescription || type == kObsoletePacket ||
         type == kSimplePacket || type == kEnhancedPacket;
}

}  // namespace

BlockReader::Outcome BlockReader::damaged(std::string_view what) {
  damage_ = what;
  return Outcome::kDamaged;
}

/// Without holding the block in memory, whatever length it claims.
BlockReader::Outcome BlockReader::pass_over(std::uint32_t length) {
  if (!input_.skip(length - kBlockTrailer)) {
    return Outcome::kCut;
  }
  const auto trailer = input_.view(kBlockTrailer);
  if (trailer.size() < kBlockTrailer) {
    return Outcome::kCut;
  }
  if (load<std::uint32_t>(trailer.data(), order_) != length) {
    return damaged(kLengthsDiffer);
  }
  input_.consume(kBlockTrailer);
  return Outcome::kBlock;
}

/// Reads type and length of the block that comes next, and the byte order from a section header.
BlockReader::Outcome BlockReader::begin(std::uint32_t& type, std::uint32_t& length) {
  const auto head = input_.view(kShortestBlock);
  if (head.size() < kShortestBlock) {
    return head.empty() ? Outcome::kEnd : Outcome::kCut;
  }
  type = load<std::uint32_t>(head.data(), order_);
  if (type == kSectionHeader) {
    const auto magic = load<std::uint32_t>(head.data() + kBlockHeader, std::endian::little);
    if (magic != kByteOrderMagic && magic != byte_order::swapped(kByteOrderMagic)) {
      return damaged("section header without a byte order");
    }
    order_ = magic == kByteOrderMagic ? std::endian::little : std::endian::big;
  }
  length = load<std::uint32_t>(head.data() + 4, order_);
  const bool possible = length >= kShortestBlock && length % 4 == 0;
  if (!possible || (is_used(type) && length > kLongestBlock)) {
    return damaged("block of impossible length");
  }
  return Outcome::kBlock;
}

BlockReader::Outcome BlockReader::take(std::uint32_t length, Block& block) {
  const auto whole = input_.view(length);
  if (whole.size() < length) {
    return Outcome::kCut;
  }
  if (load<std::uint32_t>(&whole[length - kBlockTrailer], order_) != length) {
    return damaged(kLengthsDiffer);
  }
  block.body = whole.subspan(kBlockHeader, length - kShortestBlock);
  input_.consume(length);
  return Outcome::kBlock;
}

BlockReader::Outcome BlockReader::next(Block& block) {
  for (;;) {
    std::uint32_t length = 0;
    Outcome outcome = begin(block.type, length);
    if (outcome == Outcome::kBlock && is_used(block.type)) {
      return take(length, block);
    }
    if (outcome == Outcome::kBlock) {
      outcome = pass_over(length);
    }
    if (outcome != Outcome::kBlock) {
      return outcome;
    }
  }
}

}  // namespace tracetwin::pcapng
