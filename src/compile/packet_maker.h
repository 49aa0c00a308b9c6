#pragma once

#include <array>
#include <cstdint>

#include "base/random.h"
#include "compile/plan.h"
#include "trace/packet.h"

namespace tracetwin {

/// Fills what all packets of a conversation have in common, whatever their protocol.
class PacketMaker {
 public:
  PacketMaker(const ConversationPlan& plan, Random& random);

  /// A packet of one direction with complete IP header. `transport_header` and `payload` in bytes;
  /// the payload is cut to what the length fields can say.
  Packet make(std::int64_t time_ns, bool forward, std::uint32_t transport_header,
              std::uint32_t payload);
  bool v6() const { return v6_; }

 private:
  std::uint16_t next_id(bool forward);

  const ConversationPlan& plan_;
  Random& random_;
  bool v6_;
  std::array<FiveTuple, 2> tuples_;        ///< backward, forward
  std::array<std::uint16_t, 2> counters_;  ///< last IP id, backward and forward
};

}  // namespace tracetwin
