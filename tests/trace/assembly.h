#pragma once

#include <cstdint>
#include <vector>

#include "trace/assemble.h"

namespace tracetwin::test {

inline constexpr std::int64_t kSecond = 1'000'000'000;

inline FiveTuple tcp_tuple(std::uint32_t a = 1, std::uint32_t b = 2, std::uint16_t ap = 5000,
                           std::uint16_t bp = 80) {
  return {IpAddress::v4(a), IpAddress::v4(b), ap, bp, kTcp};
}

inline Packet packet_at(std::int64_t time_ns, const FiveTuple& tuple, std::uint8_t flags = kAck) {
  Packet packet;
  packet.time_ns = time_ns;
  packet.tuple = tuple;
  packet.ip_length = 140;
  packet.payload_length = 100;
  packet.tcp_flags = tuple.proto == kTcp ? flags : std::uint8_t{0};
  return packet;
}

/// An assembler and what came out of it.
struct Assembly {
  explicit Assembly(FlowTimeouts timeouts = {})
      : assembler(timeouts, [this](const AssembledFlow& flow) { ended.push_back(flow); }) {}

  std::vector<AssembledFlow> ended;
  FlowAssembler assembler;
};

}  // namespace tracetwin::test
