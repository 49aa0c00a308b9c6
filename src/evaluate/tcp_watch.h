#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "trace/packet.h"

namespace tracetwin::evaluate {

/// Watches one TCP conversation packet by packet and says what RFC 9293 does not allow. Lenient
/// where captures are: it may begin in the middle, miss packets, have retransmissions and disorder
/// of up to 16 MiB, or hold one
/// direction only. Written apart from `compile`, so that it can judge it.
class TcpWatch {
 public:
  /// What is wrong with `packet`, in words; empty when nothing is. `forward`: the direction of the
  /// conversation's first packet.
  std::string_view fault(const Packet& packet, bool forward);

 private:
  struct Side {
    bool spoke = false;
    bool syn = false;
    bool data = false;  ///< behind its SYN
    bool fin = false;
    bool reset = false;
    std::uint32_t next = 0;  ///< sequence number behind the furthest byte sent
    std::uint32_t fin_end = 0;
  };

  static std::string_view flag_fault(const Packet& packet);
  static std::string_view order_fault(const Packet& packet, const Side& own, const Side& peer);
  std::string_view number_fault(const Packet& packet, const Side& own, const Side& peer) const;
  static void remember(const Packet& packet, Side& own);

  std::array<Side, 2> sides_;
};

}  // namespace tracetwin::evaluate
