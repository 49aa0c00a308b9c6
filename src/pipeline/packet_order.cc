// One packet after another. The model says how likely the other side is to speak next; this is
// weighed by the shares of both sides' packets that are still to come, the more sharply the longer
// the conversation, so that no side runs out long before the other. Payloads are drawn given the
// direction's mean; where what was sent so far falls behind or runs ahead by half, given what is
// still to be sent.
#include "pipeline/packet_order.h"

#include <algorithm>
#include <cmath>

#include "encode/flow_rows.h"
#include "encode/step_tables.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kMtu = 1500;
constexpr std::uint32_t kLeastHeaders = 28;  // IPv4 with UDP or ICMP

struct Side {
  std::uint64_t left = 0;  ///< packets between opening and close
  std::uint64_t sent = 0;
  double room = 1;  ///< packets between opening and close at first
  double mean = 0;  ///< payload of a packet, opening and close included
  double payload_left = 0;
  double payload = 0;
};

class Order {
 public:
  Order(const ConversationOutline& outline, const PacketModel& model, Random& random);
  std::vector<DraftPacket> draw();

 private:
  Side& side(bool forward) { return sides_[forward ? 1 : 0]; }
  void open();
  std::vector<bool> reserve_close();
  bool closes_first();
  bool next_direction();
  bool can_speak(bool forward);
  void speak(bool forward);
  std::uint32_t payload_of(Cause cause, DraftPacket& packet);
  std::uint32_t mean_now(const Side& side) const;
  void take(DraftPacket packet, bool carries);
  void take_bare(bool forward, bool carries) { take({forward, 0, {}}, carries); }

  const ConversationOutline& outline_;
  const PacketModel& model_;
  Random& random_;
  std::uint8_t proto_;
  bool tcp_;
  bool one_sided_;
  std::uint32_t headers_;
  double sharpness_;
  std::array<Side, 2> sides_;  ///< backward, forward
  OwedAcks owed_;
  bool last_carried_ = false;
  std::vector<DraftPacket> drafts_;
};

Order::Order(const ConversationOutline& outline, const PacketModel& model, Random& random)
    : outline_(outline),
      model_(model),
      random_(random),
      proto_(outline.plan.tuple.proto),
      tcp_(proto_ == kTcp),
      one_sided_(outline.backward_packets == 0),
      headers_(static_cast<std::uint32_t>(least_packet_bytes(outline.plan.tuple))) {
  const auto of = [](std::uint64_t packets, std::uint32_t mean) {
    Side side;
    side.left = packets;
    side.mean = mean;
    side.payload = side.payload_left = static_cast<double>(packets) * mean;
    return side;
  };
  sides_ = {of(outline.backward_packets, outline.backward_mean_payload),
            of(outline.forward_packets, outline.forward_mean_payload)};
  const std::uint64_t packets = outline.forward_packets + outline.backward_packets;
  drafts_.reserve(packets);
  sharpness_ = std::min(4.0, 1 + static_cast<double>(packets) / 32);
}

void Order::take(DraftPacket packet, bool carries) {
  Side& own = side(packet.forward);
  --own.left;
  ++own.sent;
  own.payload_left -= packet.payload;
  owed_.note(packet.forward, carries);
  last_carried_ = carries;
  drafts_.push_back(packet);
}

/// The part of the payload's mean to go by.
std::uint32_t Order::mean_now(const Side& side) const {
  const double due = side.payload_left / static_cast<double>(side.left);
  const double ratio = due / (side.payload / side.room);
  const double mean = ratio > 0.5 && ratio < 2 ? side.mean : side.mean * std::max(0.0, ratio);
  return static_cast<std::uint32_t>(std::clamp(mean, 1.0, 65535.0));
}

std::uint32_t Order::payload_of(Cause cause, DraftPacket& packet) {
  constexpr int kTries = 16;
  const Side& own = side(packet.forward);
  if (own.mean == 0 || (tcp_ && cause != Cause::kOwn && own.payload_left <= 0)) {
    return 0;
  }
  const Context context = payload_context(cause, mean_now(own), own.sent);
  std::copy(context.begin(), context.end(), packet.context.begin());
  std::uint32_t payload = draw_payload(packet.context, model_, headers_, random_);
  for (int tries = 0; cause == Cause::kOwn && payload == 0 && tries < kTries; ++tries) {
    payload = draw_payload(packet.context, model_, headers_, random_);
  }
  return cause == Cause::kOwn && payload == 0 ? 1 : payload;
}

void Order::speak(bool forward) {
  const bool turned = !drafts_.empty() && drafts_.back().forward != forward;
  DraftPacket packet;
  packet.forward = forward;
  packet.payload = payload_of(cause_of(proto_, owed_.owes(forward) || one_sided_, turned), packet);
  take(packet, packet.payload > 0);
}

bool Order::can_speak(bool forward) {
  return !tcp_ || owed_.owes(forward) || side(forward).payload_left > 0;
}

bool Order::next_direction() {
  if (drafts_.empty()) {
    return true;
  }
  const bool last = drafts_.back().forward;
  const Side& own = side(last);
  const Side& other = side(!last);
  if (own.left == 0 || other.left == 0) {
    return own.left > 0 ? last : !last;
  }
  if (can_speak(last) != can_speak(!last)) {
    return can_speak(last) ? last : !last;
  }
  const Moment moment = moment_of(proto_, owed_, last, last_carried_);
  const double p = model_.directions.probability(turn_context(moment, drafts_.size(), last), 1);
  const auto share = [this](const Side& side) {
    return std::pow(static_cast<double>(side.left) / side.room, sharpness_);
  };
  const double turn = p * share(other);
  const double stay = (1 - p) * share(own);
  return random_.uniform() * (turn + stay) < turn ? !last : last;
}

/// What tcp_script() makes of the first packets: a handshake, or nothing but SYNs and refusals.
void Order::open() {
  const TcpOpen open = outline_.plan.open;
  const bool shakes = open == TcpOpen::kHandshake || (open == TcpOpen::kUnanswered && !one_sided_);
  if (open == TcpOpen::kMidstream) {
    return;
  }
  take_bare(true, true);
  if (!shakes || (!one_sided_ && side(true).left == 0)) {
    for (const bool forward : {true, false}) {
      while (side(forward).left > 0) {
        take_bare(forward, true);
      }
    }
  } else if (!one_sided_) {
    take_bare(false, true);
    speak(true);
  }
}

/// Which side closes first: one that has two packets left, better if both then still have one
/// for their payload.
bool Order::closes_first() {
  const auto cost = [this](bool x) {
    const auto misses = [](const Side& side, std::uint64_t taken) {
      return side.left < taken ? 4 : side.left == taken && side.payload_left > 0 ? 1 : 0;
    };
    return misses(side(x), 2) + misses(side(!x), 1);
  };
  const int forward = cost(true);
  const int backward = cost(false);
  return forward == backward ? random_.chance(0.5) : forward < backward;
}

/// The directions of the packets that close: X fin, Y fin, X ack.
std::vector<bool> Order::reserve_close() {
  Side& forward = side(true);
  Side& backward = side(false);
  std::vector<bool> close;
  if (tcp_ && outline_.plan.close == TcpClose::kFin && forward.left > 0 && backward.left > 0) {
    const bool x = closes_first();
    close =
        forward.left + backward.left > 2 ? std::vector<bool>{x, !x, x} : std::vector<bool>{x, !x};
    for (const bool direction : close) {
      --side(direction).left;
    }
  }
  for (Side& one : sides_) {
    one.room = std::max(1.0, static_cast<double>(one.left));
  }
  return close;
}

std::vector<DraftPacket> Order::draw() {
  if (tcp_) {
    open();
  }
  const std::vector<bool> close = reserve_close();
  while (sides_[0].left + sides_[1].left > 0) {
    speak(next_direction());
  }
  for (std::size_t i = 0; i < close.size(); ++i) {
    ++side(close[i]).left;
    take_bare(close[i], i < 2);
  }
  return std::move(drafts_);
}

}  // namespace

std::uint32_t draw_payload(const std::array<std::uint16_t, 2>& context, const PacketModel& model,
                           std::uint32_t headers, Random& random) {
  const std::uint16_t code = model.payloads.draw(context, random);
  const auto payload = static_cast<std::uint32_t>(model.payload_codes.decode(code, random));
  // Exact sizes that no packet of the usual size has room for are those of segments that a card
  // cuts or joins.
  const bool is_segment =
      model.payload_codes.tokens()[code].level == 0 && payload > kMtu - kLeastHeaders;
  return is_segment ? payload : std::min(payload, kMtu - headers);
}

std::vector<DraftPacket> draw_order(const ConversationOutline& outline, const PacketModel& model,
                                    Random& random) {
  return Order(outline, model, random).draw();
}

}  // namespace tracetwin
