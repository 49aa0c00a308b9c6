// Sequence and acknowledgement numbers of a script (RFC 9293). Each side has the number of its
// next byte; a packet carries its own side's and acknowledges the other's: all that was sent so
// far, or, if it is empty, as much as acknowledgements.h says. An empty packet that acknowledges
// nothing new tells a new window, for a third such number with the same window would ask for a
// retransmission. Where the other side was not captured, its number still grows as if it had sent:
// by one or two full segments before a pure acknowledgement, by one for its FIN.

#include "compile/tcp_compiler.h"

#include <algorithm>
#include <array>

#include "compile/acknowledgements.h"
#include "compile/packet_maker.h"
#include "compile/tcp_script.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kPlainHeader = 20;
constexpr std::uint32_t kTimestampsHeader = 32;
constexpr std::uint32_t kUsualSegment = 1460;
constexpr std::uint32_t kMtu = 1500;
/// Whoever is still there has room for something: with the usual scale of 7, for 2 KiB.
constexpr std::uint16_t kLeastWindow = 16;

/// What a SYN says of its window: it is not scaled yet.
constexpr std::uint16_t kUsualFirstWindow = 64240;

/// The length of a SYN's header tells its options (compile/transport_header.cc).
std::uint32_t syn_header_bytes(TcpOptions options) {
  constexpr std::array<std::uint32_t, kTcpOptionKinds> kBytes = {20, 24, 28, 32, 40, 44};
  return kBytes[static_cast<std::size_t>(options)];
}

bool has_timestamps(const SenderPlan& sender) {
  return sender.options >= TcpOptions::kTimestamps;
}

/// Options of an answer where not both sides have timestamps.
TcpOptions without_timestamps(TcpOptions options) {
  return std::min(options, TcpOptions::kScale);
}

/// A packet fits an Ethernet frame, unless the plan speaks of one that a network card put together.
std::uint32_t limited(std::uint32_t payload, bool v6, std::uint32_t header) {
  const std::uint32_t fits = kMtu - header - (v6 ? 40 : 20);
  return payload > kUsualSegment ? payload : std::min(payload, fits);
}

class Connection {
 public:
  Connection(const ConversationPlan& plan, Random& random)
      : maker_(plan, random),
        random_(random),
        plan_(plan),
        one_sided_(!sides_of(plan).both()),
        timestamps_(agree_on_timestamps(plan)) {
    for (std::size_t own = 0; own < next_.size(); ++own) {
      next_[own] = static_cast<std::uint32_t>(random.bits());
      ends_[own].push_back(next_[own]);
    }
  }

  /// `acknowledges`: how many of the other side's packets, as acknowledged() counts.
  Packet packet(std::int64_t time_ns, const TcpStep& step, std::size_t acknowledges);

 private:
  static std::size_t side(bool forward) { return forward ? 1 : 0; }
  static bool agree_on_timestamps(const ConversationPlan& plan) {
    return sides_of(plan).both() ? has_timestamps(plan.forward) && has_timestamps(plan.backward)
                                 : has_timestamps(plan.forward);
  }
  Packet packet_of(std::int64_t time_ns, const TcpStep& step, std::size_t acknowledges);
  std::uint32_t opening_header(const TcpStep& step) const;
  void grow_unseen(const TcpStep& step);
  std::uint16_t window_of(const Packet& packet, bool forward);
  Packet opening(std::int64_t time_ns, const TcpStep& step);
  Packet refusal(std::int64_t time_ns, const TcpStep& step);
  Packet segment(std::int64_t time_ns, const TcpStep& step, std::size_t acknowledges);

  PacketMaker maker_;
  Random& random_;
  const ConversationPlan& plan_;
  bool one_sided_;
  bool timestamps_;
  bool answered_ = false;              ///< a captured side has sent more than its SYN
  std::array<std::uint32_t, 2> next_;  ///< next sequence number: backward, forward
  std::array<bool, 2> opened_ = {};    ///< its SYN has been sent
  /// Sequence numbers behind each of a side's packets that took some, from the first number on.
  std::array<std::vector<std::uint32_t>, 2> ends_;
  std::array<std::uint32_t, 2> last_ack_ = {};
  std::array<std::uint16_t, 2> last_window_ = {};  ///< 0: has sent nothing yet
  /// When a side sent its last packet. What an unseen side sent came behind the last one seen.
  std::array<std::int64_t, 2> last_seen_ns_ = {};
};

std::uint8_t flags_of(const TcpStep& step, bool has_payload) {
  const std::uint8_t push = step.push && has_payload ? kPsh : 0;
  switch (step.role) {
    case TcpRole::kSyn:
      return kSyn;
    case TcpRole::kSynAck:
      return kSyn | kAck;
    case TcpRole::kRefusal:
    case TcpRole::kReset:
      return kRst | kAck;
    case TcpRole::kFin:
      return static_cast<std::uint8_t>(kFin | kAck | push);
    default:
      return static_cast<std::uint8_t>(kAck | push);
  }
}

Packet Connection::packet(std::int64_t time_ns, const TcpStep& step, std::size_t acknowledges) {
  Packet packet = packet_of(time_ns, step, acknowledges);
  const std::size_t own = side(step.forward);
  packet.echoed_ns = last_seen_ns_[one_sided_ ? own : 1 - own];
  last_seen_ns_[own] = time_ns;
  return packet;
}

Packet Connection::packet_of(std::int64_t time_ns, const TcpStep& step, std::size_t acknowledges) {
  switch (step.role) {
    case TcpRole::kSyn:
    case TcpRole::kSynAck:
      return opening(time_ns, step);
    case TcpRole::kRefusal:
      return refusal(time_ns, step);
    default:
      return segment(time_ns, step, acknowledges);
  }
}

/// The planned window, or another one where an empty packet would otherwise repeat the last.
std::uint16_t Connection::window_of(const Packet& packet, bool forward) {
  const std::size_t own = side(forward);
  const std::uint16_t planned =
      std::max((forward ? plan_.forward : plan_.backward).window, kLeastWindow);
  const bool bare = packet.payload_length == 0 && (packet.tcp_flags & (kSyn | kFin)) == 0;
  const bool repeats = bare && packet.tcp_ack == last_ack_[own] && last_window_[own] == planned;
  const int step = planned < 0xf000 ? planned / kLeastWindow : -planned / kLeastWindow;
  last_ack_[own] = packet.tcp_ack;
  last_window_[own] = static_cast<std::uint16_t>(planned + (repeats ? step : 0));
  return last_window_[own];
}

std::uint32_t Connection::opening_header(const TcpStep& step) const {
  const TcpOptions own = (step.forward ? plan_.forward : plan_.backward).options;
  if (step.role != TcpRole::kSynAck || one_sided_ || timestamps_) {
    return syn_header_bytes(own);
  }
  const TcpOptions offered =
      std::max(TcpOptions::kSegmentSize, (step.forward ? plan_.backward : plan_.forward).options);
  return syn_header_bytes(std::min(without_timestamps(own), offered));
}

/// A repeated SYN has the number of the first.
Packet Connection::opening(std::int64_t time_ns, const TcpStep& step) {
  const std::size_t own = side(step.forward);
  Packet packet = maker_.make(time_ns, step.forward, opening_header(step), 0);
  if (!opened_[own]) {
    opened_[own] = true;
    ends_[own].push_back(++next_[own]);
  }
  packet.tcp_seq = next_[own] - 1;
  packet.tcp_ack = step.role == TcpRole::kSynAck ? next_[1 - own] : 0;
  packet.tcp_flags = flags_of(step, false);
  packet.tcp_window = window_of(packet, step.forward);
  const bool scaled = packet.transport_header >= syn_header_bytes(TcpOptions::kScale);
  packet.tcp_window = std::max(packet.tcp_window, scaled ? kUsualFirstWindow : kLeastWindow);
  return packet;
}

/// RFC 9293, 3.10.7.1: sequence number 0, no window.
Packet Connection::refusal(std::int64_t time_ns, const TcpStep& step) {
  Packet packet = maker_.make(time_ns, step.forward, kPlainHeader, 0);
  packet.tcp_ack = next_[side(!step.forward)];
  packet.tcp_flags = flags_of(step, false);
  return packet;
}

Packet Connection::segment(std::int64_t time_ns, const TcpStep& step, std::size_t acknowledges) {
  const std::size_t own = side(step.forward);
  const bool stamped = timestamps_ && step.role != TcpRole::kReset;
  const std::uint32_t header = stamped ? kTimestampsHeader : kPlainHeader;
  const std::uint32_t payload =
      carries_data(step.role) ? limited(step.payload, maker_.v6(), header) : 0;
  if (one_sided_) {
    grow_unseen(step);
  }
  Packet packet = maker_.make(time_ns, step.forward, header, payload);
  packet.tcp_seq = next_[own];
  packet.tcp_ack = one_sided_ ? next_[1 - own] : ends_[1 - own][acknowledges];
  packet.tcp_flags = flags_of(step, packet.payload_length > 0);
  packet.tcp_window = step.role == TcpRole::kReset ? 0 : window_of(packet, step.forward);
  next_[own] += packet.payload_length + (step.role == TcpRole::kFin ? 1 : 0);
  if (takes_sequence(step)) {
    ends_[own].push_back(next_[own]);
  }
  return packet;
}

/// The first packet behind an opening acknowledges the other side's SYN and nothing more.
void Connection::grow_unseen(const TcpStep& step) {
  std::uint32_t& unseen = next_[side(!step.forward)];
  if (step.role == TcpRole::kLastAck) {
    unseen += 1;
  } else if (answered_ && step.role == TcpRole::kSegment && step.payload == 0) {
    unseen += kUsualSegment * static_cast<std::uint32_t>(1 + random_.below(2));
  }
  answered_ = true;
}

}  // namespace

void compile_tcp(const ConversationPlan& plan, Random& random, std::vector<Packet>& packets) {
  const std::vector<TcpStep> script = tcp_script(plan);
  const std::vector<std::size_t> acknowledges = acknowledged(script);
  Connection connection(plan, random);
  for (std::size_t i = 0; i < script.size(); ++i) {
    packets.push_back(connection.packet(plan.packets[i].time_ns, script[i], acknowledges[i]));
  }
}

}  // namespace tracetwin
