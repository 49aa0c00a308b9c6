#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "fuzz_support.h"
#include "trace/decode/decode.h"
#include "trace/format/rows.h"

/// Reads `bytes` with a capture reader to the end and decodes every frame. An Error is an answer;
/// everything else that goes wrong is a find.
namespace tracetwin::fuzz {

inline void touch(std::span<const std::byte> bytes) {
  std::uint8_t sum = 0;
  for (const std::byte byte : bytes) {
    sum = static_cast<std::uint8_t>(sum + std::to_integer<std::uint8_t>(byte));
  }
  volatile std::uint8_t sink = sum;
  static_cast<void>(sink);
}

inline void decode_one(const Frame& frame) {
  Packet packet;
  const DecodeResult result = decode_frame(frame, packet);
  if (result.fault != DecodeFault::kNone) {
    expect(!describe(result, frame.link).empty());
    return;
  }
  expect(packet.payload_length + packet.transport_header <= packet.ip_length);
  expect(packet.captured_length == frame.bytes.size());
  expect(packet.wire_length >= packet.captured_length);
  expect(packet.version == 4 || packet.version == 6);
}

inline void read_capture(std::span<const std::byte> bytes,
                         AnyReader (*open)(Buffered input, SourceInfo info)) {
  constexpr std::size_t kSmall = 64;  // so that refilling is met too
  try {
    const auto reader = std::get<0>(open(Buffered(memory_source(bytes), kSmall), {}));
    std::uint64_t frames = 0;
    for (Frame frame; reader->next(frame);) {
      ++frames;
      expect(reader->position() >= frames);
      touch(frame.bytes);
      decode_one(frame);
    }
    expect(reader->bytes_read() <= bytes.size());
    expect(reader->skips().rows().size() <= Skips::kMaxReasons);
  } catch (const Error&) {
  }
}

}  // namespace tracetwin::fuzz
