#include "evaluate/tcp_watch.h"

#include <cstdlib>

namespace tracetwin::evaluate {
namespace {

/// Retransmissions, losses and disorder stay within this many bytes.
constexpr std::int64_t kSlack = 16 << 20;

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
      std::abs(behind(packet.tcp_seq, own.next)) > kSlack) {
    return "a sequence number far from the last";
  }
  const std::uint32_t end = packet.tcp_seq + packet.payload_length;
  if (own.fin && packet.payload_length > 0 && behind(end, own.fin_end) > 0) {
    return "data behind a FIN";
  }
  if (has(packet, kAck) && peer.spoke && !resets && behind(packet.tcp_ack, peer.next) > 0) {
    return "an acknowledgement of what was not sent";
  }
  if (has(packet, kAck) && peer.spoke && !resets && behind(packet.tcp_ack, peer.next) < -kSlack) {
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
