/// Packets that cannot be used (of an interface that was not described, longer than their block,
/// of a time that does not fit) are counted and passed over; a block whose lengths make no sense
/// ends the reading, since nothing behind it can be trusted. A simple packet block has no time
/// stamp: its frame takes the time of the frame before it, 0 when there is none.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "trace/format/pcap/capture.h"
#include "trace/format/pcapng/block_reader.h"
#include "trace/format/pcapng/interface.h"
#include "trace/format/pcapng/pcapng_layout.h"
#include "trace/format/rows.h"
#include "trace/io/byte_order.h"

namespace tracetwin {

namespace {

using namespace pcapng;

/// Where the fields of a packet block stand.
struct PacketFields {
  std::uint32_t interface = 0;
  std::uint64_t ticks = 0;
  std::uint32_t captured = 0;
  std::uint32_t original = 0;
  std::span<const std::byte> data;  ///< the captured bytes and what follows them
};

/// False when the body is too short.
bool parse_stamped(const Block& block, std::endian order, PacketFields& fields) {
  static_assert(kEnhancedBody == kObsoleteBody);
  if (block.body.size() < kEnhancedBody) {
    return false;
  }
  const auto u32 = [&](std::size_t at) { return load<std::uint32_t>(&block.body[at], order); };
  fields.interface =
      block.type == kEnhancedPacket ? u32(0) : load<std::uint16_t>(block.body.data(), order);
  fields.ticks = std::uint64_t{u32(4)} << 32 | u32(8);
  fields.captured = u32(12);
  fields.original = u32(16);
  fields.data = block.body.subspan(kEnhancedBody);
  return true;
}

class PcapngReader final : public FrameReader {
 public:
  PcapngReader(Buffered input, SourceInfo info)
      : info_(std::move(info)), blocks_(checked(std::move(input), info_.name)) {
    info_.format = "pcapng";
  }

  bool next(Frame& frame) override {
    Block block;
    while (!ended_) {
      const auto outcome = blocks_.next(block);
      if (outcome != BlockReader::Outcome::kBlock) {
        end(outcome);
      } else if (block.type == kSectionHeader) {
        begin_section(block);
      } else if (block.type == kInterfaceDescription) {
        add_interface(block);
      } else if (take_packet(block, frame)) {
        return true;
      }
    }
    return false;
  }

  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t position() const override { return position_; }
  std::uint64_t bytes_read() const override { return blocks_.source().bytes_read(); }

 private:
  static constexpr std::size_t kMostInterfaces = 65536;

  static Buffered checked(Buffered input, const std::string& name) {
    const auto head = input.view(kBlockHeader + kSectionBody);
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (head.size() < kBlockHeader + kSectionBody || !sniff_pcapng(text)) {
      throw Error(fmt::format("{}: the pcapng section header is incomplete or damaged", name),
                  "check that the file was copied whole");
    }
    return input;
  }

  void end(BlockReader::Outcome outcome) {
    if (outcome == BlockReader::Outcome::kDamaged) {
      return end_damaged(blocks_.damage());
    }
    ended_ = true;
    const bool cut = outcome == BlockReader::Outcome::kCut;
    capture::count_end(skips_, blocks_.source(), cut, position_ + 1);
  }

  void end_damaged(std::string_view what) {
    ended_ = true;
    skips_.add(fmt::format("{}; the rest of the file was not read", what), position_ + 1);
  }

  void begin_section(const Block& block) {
    interfaces_.clear();
    if (block.body.size() < kSectionBody ||
        load<std::uint16_t>(&block.body[4], blocks_.order()) != kMajor) {
      end_damaged("section of an unknown pcapng version");
    }
  }

  void add_interface(const Block& block) {
    const auto described = parse_interface(block.body, blocks_.order());
    if (!described) {
      return end_damaged("interface description that is too short");
    }
    if (interfaces_.size() == kMostInterfaces) {
      return skips_.add("interface beyond the first 65536", position_ + 1);
    }
    const std::uint32_t snap = described->snap_length;
    const bool unlimited = snap == 0 || (any_interface_ && info_.snap_length == 0);
    info_.snap_length = unlimited ? 0 : std::max(info_.snap_length, snap);
    info_.nanoseconds |= described->clock.finer_than_microsecond();
    capture::note_link(info_.header_links, described->link);
    any_interface_ = true;
    interfaces_.push_back(*described);
  }

  bool skip_packet(std::string_view reason) {
    skips_.add(reason, position_);
    return false;
  }

  /// False when the packet had to be counted in skips_.
  bool take_packet(const Block& block, Frame& frame) {
    ++position_;
    if (block.type == kSimplePacket) {
      return take_simple(block, frame);
    }
    PacketFields fields;
    if (!parse_stamped(block, blocks_.order(), fields)) {
      return skip_packet("packet block that is too short");
    }
    if (fields.interface >= interfaces_.size()) {
      return skip_packet("packet of an interface that was not described");
    }
    if (fields.captured > fields.data.size()) {
      return skip_packet("packet longer than its block");
    }
    const auto time_ns = interfaces_[fields.interface].clock.to_ns(fields.ticks);
    if (!time_ns) {
      return skip_packet("packet of a time outside 1677 to 2262");
    }
    last_ns_ = *time_ns;
    give(frame, interfaces_[fields.interface], fields.original, fields.data.first(fields.captured));
    return true;
  }

  bool take_simple(const Block& block, Frame& frame) {
    if (block.body.size() < kSimpleBody) {
      return skip_packet("packet block that is too short");
    }
    if (interfaces_.empty()) {
      return skip_packet("packet of an interface that was not described");
    }
    const auto original = load<std::uint32_t>(block.body.data(), blocks_.order());
    const auto data = block.body.subspan(kSimpleBody);
    const std::uint32_t snap = interfaces_.front().snap_length;
    const std::uint32_t captured = snap == 0 ? original : std::min(original, snap);
    if (captured > data.size()) {
      return skip_packet("packet longer than its block");
    }
    give(frame, interfaces_.front(), original, data.first(captured));
    return true;
  }

  void give(Frame& frame, Interface& from, std::uint32_t original,
            std::span<const std::byte> bytes) {
    if (!from.met) {
      from.met = true;
      capture::note_link(info_.link_types, from.link);
    }
    frame = {last_ns_, from.link, original, bytes};
  }

  SourceInfo info_;
  BlockReader blocks_;
  Skips skips_;
  std::vector<Interface> interfaces_;  ///< of the section
  bool any_interface_ = false;
  std::int64_t last_ns_ = 0;
  std::uint64_t position_ = 0;
  bool ended_ = false;
};

}  // namespace

bool sniff_pcapng(std::string_view head) {
  constexpr std::string_view kBlockType = "\x0a\x0d\x0d\x0a";
  if (!head.starts_with(kBlockType)) {
    return false;
  }
  const auto bytes = std::as_bytes(std::span(head));
  if (bytes.size() < kBlockHeader + sizeof(kByteOrderMagic)) {
    return true;
  }
  const auto magic = load<std::uint32_t>(&bytes[kBlockHeader], std::endian::little);
  return magic == kByteOrderMagic || magic == byte_order::swapped(kByteOrderMagic);
}

AnyReader open_pcapng_reader(Buffered input, SourceInfo info) {
  return std::make_unique<PcapngReader>(std::move(input), std::move(info));
}

}  // namespace tracetwin
