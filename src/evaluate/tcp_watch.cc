#include "evaluate/tcp_watch.h"

#include <algorithm>
#include <cstdlib>

namespace tracetwin::evaluate {
namespace {

// Retransmissions, losses and disorder stay within so many bytes: about a window, or what was seen,
// since who sends much also loses much.
constexpr std::int64_t kLeastSlack = 128 << 10;
constexpr std::int64_t kMostSlack = 16 << 20;

std::int64_t slack_of(std::int64_t sent) {
  return std::clamp(sent, kLeastSlack, kMostSlack);
}

bool has(const Packet& packet, std::uint8_t flag) {
  return (packet.tcp_flags & flag) != 0;
}

/// Sequence numbers wrap around (RFC 9293, 3.4).
std::int64_t behind(std::uint32_t later, std::uint32_t earlier) {
  return static_cast<std::int32_t>(later - earlier);
}

}  // namespace

std::string_view TcpWatch::fault(const Packet& packet, bool forward) {
  Side& own = sides_[forward ? 0 : 1];
  const Side& peer = sides_[forward ? 1 : 0];
  std::string_view found = flag_fault(packet);
  if (found.empty()) {
    found = order_fault(packet, own, peer);
  }
  if (found.empty()) {
    found = number_fault(packet, own, peer);
  }
  remember(packet, own);
  return found;
}

bool TcpWatch::is_talking_to_itself() const {
  const auto alone = [](const Side& own, const Side& peer) {
    return own.syn && own.data && !peer.spoke;
  };
  return alone(sides_[0], sides_[1]) || alone(sides_[1], sides_[0]);
}

std::string_view TcpWatch::flag_fault(const Packet& packet) {
  if (has(packet, kSyn) && has(packet, kFin)) {
    return "SYN with FIN";
  }
  if (has(packet, kSyn) && has(packet, kRst)) {
    return "SYN with RST";
  }
  if (!has(packet, kSyn) && !has(packet, kRst) && !has(packet, kAck)) {
    return "no SYN, RST or ACK";
  }
  return "";
}

std::string_view TcpWatch::order_fault(const Packet& packet, const Side& own, const Side& peer) {
  if (has(packet, kSyn)) {
    // Only now is it sure that both sides were captured.
    const bool early = !own.spoke && peer.syn && peer.data;
    return own.spoke && !own.syn ? "SYN behind data"
           : early               ? "data before the handshake's end"
                                 : "";
  }
  if (own.reset && !has(packet, kRst)) {
    return "more behind a RST";
  }
  const bool refused = has(packet, kRst);
  if (peer.syn && peer.spoke && !own.spoke && !refused) {
    return "data of a side that has not answered the SYN";
  }
  return "";
}

std::string_view TcpWatch::number_fault(const Packet& packet, const Side& own,
                                        const Side& peer) const {
  const bool resets = has(packet, kRst);
  if (own.spoke && !has(packet, kSyn) && !resets &&
      std::abs(behind(packet.tcp_seq, own.next)) > slack_of(own.sent)) {
    return "a sequence number far from the last";
  }
  const std::uint32_t end = packet.tcp_seq + packet.payload_length;
  if (own.fin && packet.payload_length > 0 && behind(end, own.fin_end) > 0) {
    return "data behind a FIN";
  }
  if (has(packet, kAck) && peer.spoke && !resets && behind(packet.tcp_ack, peer.next) > 0) {
    return "an acknowledgement of what was not sent";
  }
  if (has(packet, kAck) && peer.spoke && !resets &&
      behind(packet.tcp_ack, peer.next) < -slack_of(peer.sent)) {
    return "an acknowledgement far from what was sent";
  }
  return "";
}

void TcpWatch::remember(const Packet& packet, Side& own) {
  const bool takes_number = has(packet, kSyn) || has(packet, kFin);
  const std::uint32_t end = packet.tcp_seq + packet.payload_length + (takes_number ? 1 : 0);
  // A SYN again with another number is another attempt.
  if (!own.spoke || has(packet, kSyn) || behind(end, own.next) > 0) {
    own.next = has(packet, kRst) && own.spoke ? own.next : end;
  }
  own.sent += packet.payload_length;
  own.data = own.data || (packet.payload_length > 0 && !has(packet, kSyn));
  own.syn = own.syn || has(packet, kSyn);
  if (has(packet, kFin) && !own.fin) {
    own.fin = true;
    own.fin_end = end;
  }
  own.reset = own.reset || has(packet, kRst);
  own.spoke = true;
}

}  // namespace tracetwin::evaluate
