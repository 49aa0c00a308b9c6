#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "trace/format/pcap/capture.h"
#include "trace/format/pcapng/pcapng_layout.h"
#include "trace/format/rows.h"
#include "trace/io/byte_order.h"

namespace tracetwin {

namespace {

using namespace pcapng;

/// One block that is being put together; its two lengths are filled in when it is done.
class BlockBuilder {
 public:
  void begin(std::uint32_t type) {
    bytes_.clear();
    put(type);
    put(std::uint32_t{0});
  }

  template <class T>
  void put(T value) {
    bytes_.resize(bytes_.size() + sizeof value);
    store_little(bytes_.data() + bytes_.size() - sizeof value, value);
  }

  void put_padded(std::span<const std::byte> data) {
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    bytes_.resize(padded(bytes_.size()));
  }

  std::span<const std::byte> finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() + kBlockTrailer);
    put(length);
    store_little(bytes_.data() + 4, length);
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_;
};

/// Little-endian, one section; an interface for options.link and one more for each further link
/// type as it appears. Frames longer than the snap length are cut to it.
class PcapngWriter final : public FrameWriter {
 public:
  PcapngWriter(ByteSink& sink, const WriterOptions& options)
      : sink_(sink),
        snap_length_(options.snap_length != 0 ? options.snap_length : capture::kDefaultSnapLength),
        nanoseconds_(options.nanoseconds) {
    write_section();
    interface_of(options.link);
  }

  void write(const Frame& frame) override {
    ++written_;
    if (frame.time_ns < 0) {
      capture::refuse_frame(
          "pcapng", written_,
          fmt::format("its time {} is before 1970", format_rfc3339(frame.time_ns)),
          "shift the times of the trace");
    }
    const std::uint32_t interface = interface_of(frame.link);
    const auto bytes = frame.bytes.first(std::min<std::size_t>(frame.bytes.size(), snap_length_));
    const auto ticks = static_cast<std::uint64_t>(frame.time_ns / (nanoseconds_ ? 1 : 1000));
    block_.begin(kEnhancedPacket);
    block_.put(interface);
    block_.put(static_cast<std::uint32_t>(ticks >> 32));
    block_.put(static_cast<std::uint32_t>(ticks));
    block_.put(static_cast<std::uint32_t>(bytes.size()));
    block_.put(frame.original_length);
    block_.put_padded(bytes);
    sink_.write(block_.finish());
  }

 private:
  void write_section() {
    constexpr std::uint64_t kUnknownLength = ~std::uint64_t{0};
    block_.begin(kSectionHeader);
    block_.put(kByteOrderMagic);
    block_.put(kMajor);
    block_.put(std::uint16_t{0});
    block_.put(kUnknownLength);
    sink_.write(block_.finish());
  }

  /// The number of the interface for `link`, described now if it is the first of its kind.
  std::uint32_t interface_of(LinkType link) {
    const auto found = std::find(links_.begin(), links_.end(), link);
    const auto number = static_cast<std::uint32_t>(found - links_.begin());
    if (found == links_.end()) {
      describe_interface(link);
      links_.push_back(link);
    }
    return number;
  }

  void describe_interface(LinkType link) {
    block_.begin(kInterfaceDescription);
    block_.put(static_cast<std::uint16_t>(link));
    block_.put(std::uint16_t{0});
    block_.put(snap_length_);
    block_.put(std::uint16_t{kTimeResolution});
    block_.put(std::uint16_t{1});
    block_.put(std::uint32_t{nanoseconds_ ? 9U : 6U});
    block_.put(std::uint32_t{kEndOfOptions});
    sink_.write(block_.finish());
  }

  ByteSink& sink_;
  BlockBuilder block_;
  std::vector<LinkType> links_;
  std::uint32_t snap_length_;
  bool nanoseconds_;
  std::uint64_t written_ = 0;
};

}  // namespace

AnyWriter open_pcapng_writer(ByteSink& sink, const WriterOptions& options) {
  return std::make_unique<PcapngWriter>(sink, options);
}

}  // namespace tracetwin
