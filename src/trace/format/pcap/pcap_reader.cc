#include <fmt/format.h>

#include <bit>
#include <optional>

#include "base/error.h"
#include "trace/format/pcap/capture.h"
#include "trace/format/pcap/pcap_layout.h"
#include "trace/format/rows.h"
#include "trace/io/byte_order.h"

namespace tracetwin {

namespace {

using namespace pcap;

struct Magic {
  std::uint32_t number;
  std::endian order;
};

std::optional<Magic> magic_of(std::span<const std::byte> head) {
  if (head.size() < sizeof(std::uint32_t)) {
    return std::nullopt;
  }
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    const auto number = load<std::uint32_t>(head.data(), order);
    if (number == kMicroMagic || number == kNanoMagic || number == kModifiedMagic) {
      return Magic{number, order};
    }
  }
  return std::nullopt;
}

class PcapReader final : public FrameReader {
 public:
  PcapReader(Buffered input, SourceInfo info) : input_(std::move(input)), info_(std::move(info)) {
    info_.format = "pcap";
    read_file_header();
  }

  bool next(Frame& frame) override {
    if (ended_) {
      return false;
    }
    const auto header = input_.view(record_header_);
    if (header.size() < record_header_) {
      return end(!header.empty());
    }
    std::uint32_t captured = u32(header, 8);
    std::uint32_t original = u32(header, 12);
    if (minor_ < 3 || (minor_ == 3 && captured > original)) {
      std::swap(captured, original);  // the order that files up to version 2.2, some of 2.3, have
    }
    if (captured > longest_) {
      return end_at_impossible_length();
    }
    const auto record = input_.view(record_header_ + captured);
    if (record.size() < record_header_ + captured) {
      return end(true);
    }
    ++position_;
    frame.time_ns = u32(record, 0) * capture::kNsPerSecond + u32(record, 4) * ns_per_tick_;
    frame.link = link_;
    frame.original_length = original;
    frame.bytes = record.subspan(record_header_);
    input_.consume(record.size());
    return true;
  }

  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t position() const override { return position_; }
  std::uint64_t bytes_read() const override { return input_.source().bytes_read(); }

 private:
  std::uint32_t u32(std::span<const std::byte> bytes, std::size_t at) const {
    return load<std::uint32_t>(bytes.data() + at, order_);
  }

  void read_file_header() {
    const auto header = input_.view(kFileHeader);
    const auto magic = magic_of(header);
    if (!magic || header.size() < kFileHeader) {
      throw Error(
          fmt::format("{}: the pcap file header is incomplete or damaged, {} bytes expected",
                      info_.name, kFileHeader),
          "check that the file was copied whole");
    }
    order_ = magic->order;
    const auto major = load<std::uint16_t>(header.data() + 4, order_);
    minor_ = load<std::uint16_t>(header.data() + 6, order_);
    if (major != kMajor) {
      throw Error(fmt::format("{}: pcap version {}.{} is not known, only {}.x", info_.name, major,
                              minor_, kMajor),
                  "check that the file is not damaged");
    }
    use(magic->number, u32(header, 16), u32(header, 20));
    input_.consume(kFileHeader);
  }

  void use(std::uint32_t magic, std::uint32_t snap_length, std::uint32_t link) {
    info_.nanoseconds = magic == kNanoMagic;
    info_.snap_length = snap_length;
    ns_per_tick_ = info_.nanoseconds ? 1 : 1000;
    record_header_ = magic == kModifiedMagic ? kModifiedRecordHeader : kRecordHeader;
    longest_ = capture::longest_packet(snap_length);
    link_ = capture::link_type_of(link);
    info_.header_links = {link_};
    capture::note_link(info_.link_types, link_);
  }

  bool end(bool cut) {
    ended_ = true;
    capture::count_end(skips_, input_.source(), cut, position_ + 1);
    return false;
  }

  bool end_at_impossible_length() {
    ended_ = true;
    skips_.add("packet of impossible length; the rest of the file was not read", position_ + 1);
    return false;
  }

  Buffered input_;
  SourceInfo info_;
  Skips skips_;
  std::endian order_ = std::endian::little;
  std::uint16_t minor_ = kMinor;
  LinkType link_ = LinkType::kEthernet;
  std::int64_t ns_per_tick_ = 1000;
  std::size_t record_header_ = kRecordHeader;
  std::uint32_t longest_ = 0;
  std::uint64_t position_ = 0;
  bool ended_ = false;
};

}  // namespace

bool sniff_pcap(std::string_view head) {
  return magic_of(std::as_bytes(std::span(head))).has_value();
}

AnyReader open_pcap_reader(Buffered input, SourceInfo info) {
  return std::make_unique<PcapReader>(std::move(input), std::move(info));
}

}  // namespace tracetwin
