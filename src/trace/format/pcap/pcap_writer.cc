#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "trace/format/pcap/capture.h"
#include "trace/format/pcap/pcap_layout.h"
#include "trace/format/rows.h"
#include "trace/io/byte_order.h"

namespace tracetwin {

namespace {

using namespace pcap;

/// Little-endian, of one link type. Frames longer than the snap length are cut to it.
class PcapWriter final : public FrameWriter {
 public:
  PcapWriter(ByteSink& sink, const WriterOptions& options)
      : sink_(sink),
        link_(options.link),
        snap_length_(options.snap_length != 0 ? options.snap_length : capture::kDefaultSnapLength),
        ns_per_tick_(options.nanoseconds ? 1 : 1000) {
    std::array<std::byte, kFileHeader> header = {};
    store_little(&header[0], options.nanoseconds ? kNanoMagic : kMicroMagic);
    store_little(&header[4], kMajor);
    store_little(&header[6], kMinor);
    store_little(&header[16], snap_length_);
    store_little(&header[20], static_cast<std::uint32_t>(link_));
    sink_.write(header);
  }

  void write(const Frame& frame) override {
    ++written_;
    check(frame);
    const auto bytes = frame.bytes.first(std::min<std::size_t>(frame.bytes.size(), snap_length_));
    const std::int64_t fraction = frame.time_ns % capture::kNsPerSecond / ns_per_tick_;
    std::array<std::byte, kRecordHeader> header;
    store_little(&header[0], static_cast<std::uint32_t>(frame.time_ns / capture::kNsPerSecond));
    store_little(&header[4], static_cast<std::uint32_t>(fraction));
    store_little(&header[8], static_cast<std::uint32_t>(bytes.size()));
    store_little(&header[12], frame.original_length);
    sink_.write(header);
    sink_.write(bytes);
  }

 private:
  void check(const Frame& frame) const {
    if (frame.link != link_) {
      capture::refuse_frame(
          "pcap", written_,
          fmt::format("its link type is {}, that of the file {}",
                      static_cast<std::uint32_t>(frame.link), static_cast<std::uint32_t>(link_)),
          "write pcapng, which can mix link types");
    }
    if (frame.time_ns < 0 || frame.time_ns / capture::kNsPerSecond > UINT32_MAX) {
      capture::refuse_frame(
          "pcap", written_,
          fmt::format("its time {} is outside 1970 to 2106", format_rfc3339(frame.time_ns)),
          frame.time_ns < 0 ? "shift the times of the trace"
                            : "write pcapng, which holds later times");
    }
  }

  ByteSink& sink_;
  LinkType link_;
  std::uint32_t snap_length_;
  std::int64_t ns_per_tick_;
  std::uint64_t written_ = 0;
};

}  // namespace

AnyWriter open_pcap_writer(ByteSink& sink, const WriterOptions& options) {
  return std::make_unique<PcapWriter>(sink, options);
}

}  // namespace tracetwin
