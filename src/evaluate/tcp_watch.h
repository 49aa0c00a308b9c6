#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "trace/packet.h"

namespace tracetwin::evaluate {

/// Watches one TCP conversation packet by packet and says what RFC 9293 does not allow. Lenient
/// where captures are: it may begin in the middle, hold one direction only, miss packets, and have
/// retransmissions and disorder, all of up to 128 KiB or as many bytes as that side was seen to
/// send (16 MiB at most). Written apart from `compile`, so that it can judge it.
class TcpWatch {
 public:
  /// What is wrong with `packet`, in words; empty when nothing is. `forward`: the direction of the
  /// conversation's first packet.
  std::string_view fault(const Packet& packet, bool forward);

  /// Whether both directions were seen.
  bool is_answered() const { return sides_[0].spoke && sides_[1].spoke; }
  /// Whether a side sent SYN and data and the other nothing at all: illegal, unless that one was
  /// not captured.
  bool is_talking_to_itself() const;

 private:
  struct Side {
    bool spoke = false;
    bool syn = false;
    bool data = false;  ///< behind its SYN
    bool fin = false;
    bool reset = false;
    std::uint32_t next = 0;  ///< sequence number behind the furthest byte sent
    std::uint32_t fin_end = 0;
    std::int64_t sent = 0;  ///< bytes of payload seen
  };

  static std::string_view flag_fault(const Packet& packet);
  static std::string_view order_fault(const Packet& packet, const Side& own, const Side& peer);
  std::string_view number_fault(const Packet& packet, const Side& own, const Side& peer) const;
  static void remember(const Packet& packet, Side& own);

  std::array<Side, 2> sides_;
};

}  // namespace tracetwin::evaluate
