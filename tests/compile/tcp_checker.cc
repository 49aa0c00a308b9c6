#include "tcp_checker.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace tracetwin::test {
namespace {

struct Side {
  bool spoke = false;
  bool syn = false;
  bool acknowledged_peer = false;  ///< has sent something behind its SYN
  bool fin = false;
  bool reset = false;
  std::uint32_t syn_number = 0;
  std::uint32_t next = 0;
  std::uint32_t last_ack = 0;
  std::uint16_t last_window = 0;
  std::set<std::uint32_t> ends;  ///< numbers behind what it has sent
};

class Checker {
 public:
  Checker(const ConversationPlan& plan, bool both) : plan_(plan), both_(both) {}

  std::string fault(const Packet& packet) {
    const bool forward = packet.tuple == plan_.tuple;
    if (!forward && packet.tuple != plan_.tuple.reversed()) {
      return "a foreign tuple";
    }
    own_ = &sides_[forward ? 1 : 0];
    peer_ = &sides_[forward ? 0 : 1];
    sender_ = forward ? &plan_.forward : &plan_.backward;
    std::string found = header_fault(packet);
    if (found.empty()) {
      found = order_fault(packet);
    }
    if (found.empty()) {
      found = window_fault(packet);
    }
    own_->spoke = true;
    own_->ends.insert({packet.tcp_seq, own_->next});
    own_->last_window = packet.tcp_window;
    return found;
  }

 private:
  static bool has(const Packet& packet, std::uint8_t flags) {
    return (packet.tcp_flags & flags) == flags;
  }

  /// A SYN's options are its sender's. An answer has none that was not offered, but its segment
  /// size, and no timestamps where the SYN had none; segments have timestamps when both sides' SYNs
  /// had.
  bool may_have_header(const Packet& packet) const {
    constexpr std::array<int, kTcpOptionKinds> kSyns = {20, 24, 28, 32, 40, 44};
    const bool stamped = plan_.forward.options >= TcpOptions::kTimestamps &&
                         (!both_ || plan_.backward.options >= TcpOptions::kTimestamps);
    const int own = kSyns[static_cast<std::size_t>(sender_->options)];
    if (packet.tcp_flags == kSyn) {
      return packet.transport_header == own;
    }
    if (has(packet, kSyn | kAck)) {
      const SenderPlan& asking = sender_ == &plan_.forward ? plan_.backward : plan_.forward;
      const int offered = kSyns[static_cast<std::size_t>(asking.options)];
      return packet.transport_header ==
             (both_ && !stamped ? std::min({own, 32, std::max(24, offered)}) : own);
    }
    return packet.transport_header == (stamped && !has(packet, kRst) ? 32 : 20);
  }

  std::string header_fault(const Packet& packet) const {
    const bool syn = has(packet, kSyn);
    const std::uint32_t ip_header = packet.version == 6 ? 40 : 20;
    if (packet.ip_length != ip_header + packet.transport_header + packet.payload_length) {
      return "lengths that do not add up";
    }
    if (!may_have_header(packet)) {
      return "a header of the wrong size";
    }
    if (packet.ip_length > 1500 && packet.payload_length <= 1460) {
      return "a packet beyond the MTU";
    }
    if (has(packet, kPsh) && packet.payload_length == 0) {
      return "PSH without data";
    }
    if (packet.ttl != sender_->ttl || packet.tos != sender_->tos) {
      return "the other side's header fields";
    }
    return has(packet, kAck) || syn ? "" : "no ACK";
  }

  std::string order_fault(const Packet& packet) {
    if (packet.tcp_flags == (kRst | kAck) && (!own_->spoke || own_->reset) && !own_->syn &&
        packet.tcp_seq == 0) {
      return refusal_fault(packet);
    }
    if (own_->reset || peer_->reset) {
      return "a packet behind a RST";
    }
    if (has(packet, kSyn)) {
      return syn_fault(packet);
    }
    return segment_fault(packet);
  }

  /// RST-ACK of a side that has nothing open.
  std::string refusal_fault(const Packet& packet) {
    own_->reset = true;
    if (packet.payload_length != 0 || packet.tcp_window != 0) {
      return "a refusal with data or a window";
    }
    if (both_ && (!peer_->syn || packet.tcp_ack != peer_->next)) {
      return "a refusal of nothing";
    }
    return "";
  }

  std::string syn_fault(const Packet& packet) {
    if (packet.payload_length != 0 || has(packet, kFin) || has(packet, kRst)) {
      return "a SYN with something else";
    }
    if (own_->syn && (packet.tcp_seq != own_->syn_number || own_->acknowledged_peer)) {
      return "a second, different SYN";
    }
    if (!own_->syn && own_->spoke) {
      return "a SYN in the middle";
    }
    if (both_ && has(packet, kAck) != peer_->syn) {
      return "SYN and SYN-ACK in the wrong order";
    }
    if (both_ && has(packet, kAck) && packet.tcp_ack != peer_->next) {
      return "a SYN-ACK of something else";
    }
    if (!has(packet, kAck) && packet.tcp_ack != 0) {
      return "a SYN that acknowledges";
    }
    own_->syn = true;
    own_->syn_number = packet.tcp_seq;
    own_->next = packet.tcp_seq + 1;
    own_->last_ack = packet.tcp_ack;
    return "";
  }

  std::string segment_fault(const Packet& packet) {
    const bool opening = own_->syn || peer_->syn;
    if (both_ && opening && !(own_->syn && peer_->syn)) {
      return "data before the handshake";
    }
    const bool client = plan_.tuple == packet.tuple;
    if (both_ && opening && !client && !peer_->acknowledged_peer && !has(packet, kRst)) {
      return "data of the server before the handshake's end";
    }
    if (own_->spoke && packet.tcp_seq != own_->next) {
      return "a wrong sequence number";
    }
    const std::string found = acknowledgement_fault(packet);
    if (!found.empty()) {
      return found;
    }
    if (own_->fin && (packet.payload_length != 0 || packet.tcp_flags != kAck)) {
      return has(packet, kRst) ? "" : "more than an acknowledgement behind a FIN";
    }
    if (has(packet, kRst) && packet.payload_length != 0) {
      return "a RST with data";
    }
    own_->next = packet.tcp_seq + packet.payload_length + (has(packet, kFin) ? 1 : 0);
    own_->fin = own_->fin || has(packet, kFin);
    own_->reset = has(packet, kRst);
    own_->acknowledged_peer = true;
    return "";
  }

  std::string acknowledgement_fault(const Packet& packet) {
    const bool empty = packet.tcp_flags == kAck && packet.payload_length == 0;
    const bool lags = empty && peer_->ends.contains(packet.tcp_ack);
    if (both_ && peer_->spoke && packet.tcp_ack != peer_->next && !lags) {
      return "a wrong acknowledgement";
    }
    repeats_ = own_->spoke && empty && packet.tcp_ack == own_->last_ack;
    const bool back = own_->spoke && static_cast<std::int32_t>(packet.tcp_ack - own_->last_ack) < 0;
    const bool first_behind_syn = own_->syn && !own_->acknowledged_peer && own_->last_ack == 0;
    own_->last_ack = packet.tcp_ack;
    return back && !first_behind_syn ? "an acknowledgement that goes back" : "";
  }

  std::string window_fault(const Packet& packet) {
    const bool repeats = std::exchange(repeats_, false);
    if (has(packet, kRst)) {
      return packet.tcp_window == 0 ? "" : "a RST with a window";
    }
    if (packet.tcp_window < 16) {
      return "hardly a window";
    }
    return both_ && repeats && packet.tcp_window == own_->last_window
               ? "a duplicate acknowledgement"
               : "";
  }

  const ConversationPlan& plan_;
  bool both_;
  bool repeats_ = false;  ///< an empty packet with its sender's last acknowledgement
  std::array<Side, 2> sides_;
  Side* own_ = nullptr;
  Side* peer_ = nullptr;
  const SenderPlan* sender_ = nullptr;
};

std::string plan_fault(const ConversationPlan& plan, const std::vector<Packet>& packets) {
  if (packets.size() != plan.packets.size()) {
    return "another number of packets";
  }
  std::ptrdiff_t surplus = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i].time_ns != plan.packets[i].time_ns) {
      return "another time";
    }
    surplus += (packets[i].tuple == plan.tuple) - (plan.packets[i].forward ? 1 : 0);
  }
  return surplus == 0 ? "" : "other directions";
}

}  // namespace

std::string tcp_fault(const ConversationPlan& plan, const std::vector<Packet>& packets) {
  std::string found = plan_fault(plan, packets);
  std::size_t forward = 0;
  for (const PacketPlan& packet : plan.packets) {
    forward += packet.forward ? 1 : 0;
  }
  Checker checker(plan, forward > 0 && forward < plan.packets.size());
  for (std::size_t i = 0; i < packets.size() && found.empty(); ++i) {
    found = checker.fault(packets[i]);
    found += found.empty() ? "" : " at packet " + std::to_string(i);
  }
  return found;
}

}  // namespace tracetwin::test
