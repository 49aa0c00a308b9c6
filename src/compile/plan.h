#pragma once

#include <cstdint>
#include <vector>

#include "trace/packet.h"

namespace tracetwin {

/// How a TCP conversation begins and ends in the capture. Other protocols ignore both.
enum class TcpOpen : std::uint8_t {
  kHandshake,   ///< SYN, SYN-ACK, ACK (as far as the captured directions show them)
  kRefused,     ///< SYN answered by RST-ACK
  kUnanswered,  ///< SYN (and repeats of it) only
  kMidstream,   ///< joined while it was running: no SYN
};
enum class TcpClose : std::uint8_t {
  kNone,   ///< still open when the capture or the flow's timeout ended
  kFin,    ///< FIN from each captured direction, acknowledged
  kReset,  ///< the last packet is a RST
};

/// How a sender fills the IPv4 identification field.
enum class IpIdPolicy : std::uint8_t { kZero, kCounter, kRandom };

/// What a sender's TCP options are. Each kind has a length of its SYN's header
/// (syn_header_bytes()); with timestamps (RFC 7323) every later segment has them, too, if both
/// sides do.
enum class TcpOptions : std::uint8_t {
  kNone,              ///< 20 bytes
  kSegmentSize,       ///< 24: maximum segment size
  kSelective,         ///< 28: and selective acknowledgements
  kScale,             ///< 32: and window scale
  kTimestamps,        ///< 40: and timestamps
  kTimestampsPadded,  ///< 44: these, and a word of padding
};
inline constexpr std::uint32_t kTcpOptionKinds = 6;

/// One packet as a model decides it: when, which way, how much payload. Everything else follows
/// from the conversation and the protocol.
struct PacketPlan {
  std::int64_t time_ns = 0;
  std::uint32_t payload = 0;  ///< transport payload bytes
  bool forward = true;        ///< from tuple.src to tuple.dst
  bool push = false;          ///< TCP: set PSH when there is payload
};

/// What one sender writes into its headers.
struct SenderPlan {
  std::uint8_t ttl = 64;
  std::uint8_t tos = 0;
  std::uint16_t window = 64240;  ///< TCP window field as sent; compile() has the least
  bool dont_fragment = true;     ///< IPv4
  IpIdPolicy ip_id = IpIdPolicy::kZero;
  TcpOptions options = TcpOptions::kScale;
};

/// One conversation to be written as packets. `packets` must be sorted by time. The compiler uses
/// the times and directions given; for TCP it decides which of the packets are SYN, SYN-ACK, pure
/// ACK, FIN and RST, takes their payload away, and reorders directions at the two ends where the
/// protocol leaves no choice, so that counts per direction and all times stay as planned.
struct ConversationPlan {
  FiveTuple tuple;  ///< of the side that speaks first in the capture, ICMP as FiveTuple says
  TcpOpen open = TcpOpen::kHandshake;
  TcpClose close = TcpClose::kNone;
  SenderPlan forward;
  SenderPlan backward;
  std::vector<PacketPlan> packets;
};

}  // namespace tracetwin
