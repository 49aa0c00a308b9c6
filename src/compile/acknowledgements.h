#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "compile/tcp_script.h"

namespace tracetwin {

/// What each side of a TCP conversation still has to acknowledge, counted in packets: everything
/// that takes a place in the other side's sequence (data, SYN, FIN) since the own side last sent
/// such a packet, less the empty acknowledgements sent since then. Receivers may lag, so two
/// packets allow two empty acknowledgements, side by side or not; a third says nothing new.
/// A side that was joined midstream has one to give.
class OwedAcks {
 public:
  /// Notes a packet of one side. `carries`: it has data, SYN or FIN.
  void note(bool forward, bool carries) {
    std::uint32_t& own = owed_[forward ? 1 : 0];
    own = carries || own == 0 ? 0 : own - 1;
    owed_[forward ? 0 : 1] += carries ? 1 : 0;
  }
  /// Whether an empty packet of this side would acknowledge something.
  bool owes(bool forward) const { return owed_[forward ? 1 : 0] > 0; }

 private:
  std::array<std::uint32_t, 2> owed_ = {1, 1};  ///< backward, forward
};

/// For each step of a script with both directions: how many of the other side's packets that take
/// a place in its sequence it acknowledges, where 0 is what went before the capture. Packets with
/// data, and those that open or close, acknowledge all so far. Empty ones lag as far behind as they
/// must for the later ones to have something new, never going back; one that owes nothing
/// (OwedAcks) repeats the number of the packet before it.
std::vector<std::size_t> acknowledged(const std::vector<TcpStep>& script);

}  // namespace tracetwin
