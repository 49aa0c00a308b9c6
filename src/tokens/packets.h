#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "engine/autoregressive/layout.h"
#include "tokens/scheme.h"

namespace tracetwin::tokens {

/// A conversation as its packets depend on it: who speaks what to whom, and what has to be said.
struct Talk {
  std::uint16_t srcport = 0;
  std::uint16_t dstport = 0;
  std::uint8_t proto = 0;
  std::uint32_t tcp_code = 0;                 ///< encode/conversations.h
  std::array<std::uint64_t, 2> packets = {};  ///< forward, backward
  std::array<std::uint64_t, 2> payload = {};  ///< bytes in all, likewise
  std::uint64_t duration_us = 0;
};

/// One packet of it.
struct Saying {
  bool forward = true;
  std::uint64_t gap_us = 0;   ///< since the packet before
  std::uint32_t payload = 0;  ///< bytes
};

/// How packets become tokens, each given its conversation, what is left to be said, and the packets
/// before it: a direction, a gap, a payload. What is left is told in public steps (counts up to 16
/// exactly, two steps an octave beyond; bytes a packet, four; gaps, three).
struct PacketScheme {
  std::vector<Key> services;  ///< ascending: ports that many conversations have
  Coding gap, payload;        ///< of the fields packet_fields()
};

/// Gap and payload: what PacketScheme's codings are about.
const std::vector<Field>& packet_fields();

/// Layout of a packet: the given tokens, then direction, gap and payload.
autoregressive::Layout layout_of(const PacketScheme& scheme);

/// A conversation on its way: what a packet is drawn given, from the packets so far.
class Course {
 public:
  Course(const PacketScheme& scheme, const Talk& talk);

  /// Packets that are still to come.
  std::uint64_t left() const { return packets_left_[0] + packets_left_[1]; }
  /// Whether a side has packets left.
  bool may_speak(bool forward) const { return packets_left_[forward ? 0 : 1] > 0; }
  bool has_begun() const { return position_ > 0; }

  /// Fills the given tokens of the next packet.
  void give(std::span<std::uint16_t> record) const;
  void add(const Saying& saying);

 private:
  static constexpr std::size_t kLags = 4;
  struct Past {
    std::uint16_t direction, gap, payload;
  };

  const PacketScheme* scheme_;
  std::array<std::uint16_t, 4> kind_;  ///< services of both ports, protocol, TCP code
  std::array<std::uint64_t, 2> packets_left_, payload_left_, largest_ = {};
  std::uint64_t time_left_us_;
  std::uint64_t position_ = 0, run_ = 0;
  std::array<Past, kLags> past_;  ///< the last packet first
};

/// Tokens of the drawn part of a packet's record, and back. `opens`: its conversation's first one,
/// which has neither direction nor gap.
void encode(const PacketScheme& scheme, const Saying& saying, bool opens,
            std::span<std::uint16_t> record);
/// The direction that a record has drawn.
bool direction_of(std::span<const std::uint16_t> record);
void set_direction(bool forward, std::span<std::uint16_t> record);
Saying decode(const PacketScheme& scheme, std::span<const std::uint16_t> record, Random& random);

/// The first token that is drawn (the direction), and the first behind it.
std::size_t first_drawn();

}  // namespace tracetwin::tokens
