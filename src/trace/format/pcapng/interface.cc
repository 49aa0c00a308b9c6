#include "trace/format/pcapng/interface.h"

#include "trace/format/pcap/capture.h"
#include "trace/format/pcapng/pcapng_layout.h"
#include "trace/io/byte_order.h"

namespace tracetwin::pcapng {

namespace {

Clock parse_clock(std::span<const std::byte> options, std::endian order) {
  constexpr std::uint8_t kMicroseconds = 6;
  constexpr std::size_t kHeader = 4;
  std::uint8_t resolution = kMicroseconds;
  std::int64_t offset_s = 0;
  while (options.size() >= kHeader) {
    const auto code = load<std::uint16_t>(options.data(), order);
    const std::size_t size = load<std::uint16_t>(options.data() + 2, order);
    options = options.subspan(kHeader);
    if (code == kEndOfOptions || size > options.size()) {
      break;
    }
    if (code == kTimeResolution && size >= 1) {
      resolution = std::to_integer<std::uint8_t>(options[0]);
    } else if (code == kTimeOffset && size >= 8) {
      offset_s = static_cast<std::int64_t>(load<std::uint64_t>(options.data(), order));
    }
    options = options.subspan(std::min(padded(size), options.size()));
  }
  return {resolution, offset_s};
}

}  // namespace

std::optional<Interface> parse_interface(std::span<const std::byte> body, std::endian order) {
  if (body.size() < kInterfaceBody) {
    return std::nullopt;
  }
  Interface described;
  described.link = capture::link_type_of(load<std::uint16_t>(body.data(), order));
  described.snap_length = load<std::uint32_t>(body.data() + 4, order);
  described.clock = parse_clock(body.subspan(kInterfaceBody), order);
  return described;
}

}  // namespace tracetwin::pcapng
