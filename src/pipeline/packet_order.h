#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "encode/conversations.h"
#include "pipeline/model.h"

namespace tracetwin {

/// A packet without its time, and the context that its payload was drawn in.
struct DraftPacket {
  bool forward = true;
  std::uint32_t payload = 0;
  std::array<std::uint16_t, 2> context = {};
};

/// A payload that fits a packet of 1500 bytes, unless a payload above that has a code of its own
/// (captures on a sending host see segments before they are cut). `headers` in bytes.
std::uint32_t draw_payload(const std::array<std::uint16_t, 2>& context, const PacketModel& model,
                           std::uint32_t headers, Random& random);

/// Who sends when, and how much: as many packets in each direction as the outline says, the first
/// of them forward, directions and payloads drawn from the model. TCP: opening and close stand
/// where tcp_script() wants them; whoever has nothing to acknowledge sends data, unless its mean
/// payload is 0 and the other side has no more packets to send first.
std::vector<DraftPacket> draw_order(const ConversationOutline& outline, const PacketModel& model,
                                    Random& random);

}  // namespace tracetwin
