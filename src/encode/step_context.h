#pragma once

#include <cstdint>

#include "compile/acknowledgements.h"
#include "trace/packet.h"

namespace tracetwin {

/// What the previous packet of a conversation leaves to say; decides who speaks next.
enum class Moment : std::uint8_t {
  kSpoke,      ///< TCP: it carried data, SYN or FIN
  kMayGoOn,    ///< TCP: it was empty, and its sender still has something to acknowledge
  kOtherOwes,  ///< TCP: it was empty, only the other side has something to acknowledge
  kSettled,    ///< TCP: nobody has anything to acknowledge
  kDatagram,   ///< UDP
  kMessage,    ///< any other protocol
};
inline constexpr std::uint32_t kMoments = 6;

/// Why a packet is sent; decides whether it may be empty.
enum class Cause : std::uint8_t {
  kOwn,     ///< TCP: its sender has nothing to acknowledge
  kAnswer,  ///< TCP: it has, and the packet before is the other side's
  kGoesOn,  ///< TCP: it has, and the packet before is its own
  kNotTcp,
};
inline constexpr std::uint32_t kCauses = 4;

/// `owed`: after the previous packet, which `previous_forward` sent.
inline Moment moment_of(std::uint8_t proto, const OwedAcks& owed, bool previous_forward,
                        bool previous_carried) {
  if (proto != kTcp) {
    return proto == kUdp ? Moment::kDatagram : Moment::kMessage;
  }
  if (previous_carried) {
    return Moment::kSpoke;
  }
  return owed.owes(previous_forward)    ? Moment::kMayGoOn
         : owed.owes(!previous_forward) ? Moment::kOtherOwes
                                        : Moment::kSettled;
}

inline Cause cause_of(std::uint8_t proto, bool owes, bool turned) {
  if (proto != kTcp) {
    return Cause::kNotTcp;
  }
  return !owes ? Cause::kOwn : turned ? Cause::kAnswer : Cause::kGoesOn;
}

}  // namespace tracetwin
