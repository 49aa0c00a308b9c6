// From a plan to the roles of its packets. A plan is a wish: a model may ask for a FIN exchange in
// a conversation of two packets. Rules, in which F and B are packets of the two directions:
//
// Open, both directions captured:
//   handshake    F syn, B syn-ack, F (acknowledges; keeps its data), then anything. With one F
//   only:
//                syn, and every B repeats the syn-ack.
//   refused      all F are (repeated) syns, then all B are refusals.
//   unanswered   has no B; if there are some, it is a handshake.
//   midstream    no opening packets.
// Open, one direction captured: a client begins with its syn, a server with its syn-ack (or sends
//   refusals only); which of them the captured side is, its port tells: below 1024 against one
//   above is a server. Unanswered: all packets are syns.
// Close: a reset is the last packet, if there are two. For FINs the three or four last packets
//   after the opening become  X fin, Y fin, X ack  or  X fin, Y anything, Y fin, X ack,  where X is
//   the side of the last planned packet if it has two to give, else the other one. With one packet
//   for each side: X fin, Y fin. With packets of one side only: its fin, and, when the other side
//   was not captured, the acknowledgement of the fin unseen.
//
// Where a packet of the wrong direction stands in such a place, the nearest one of the right
// direction is moved there, and those between move up by one; times stay where they are.

#include "compile/tcp_script.h"

#include <algorithm>
#include <array>

namespace tracetwin {
namespace {

using Script = std::vector<TcpStep>;

/// The last place in [begin, end) with a packet of this direction, or `end`.
std::size_t last_of(const Script& script, std::size_t begin, std::size_t end, bool forward) {
  for (std::size_t i = end; i > begin; --i) {
    if (script[i - 1].forward == forward) {
      return i - 1;
    }
  }
  return end;
}

/// Brings the first packet of this direction at or behind `place` to `place`.
void bring_forward(Script& script, std::size_t place, bool forward) {
  const auto begin = script.begin() + static_cast<std::ptrdiff_t>(place);
  const auto found = std::find_if(begin, script.end(),
                                  [forward](const TcpStep& s) { return s.forward == forward; });
  if (found != script.end()) {
    std::rotate(begin, found, found + 1);
  }
}

/// Brings the last packet of this direction in [begin, place] to `place`.
void bring_back(Script& script, std::size_t begin, std::size_t place, bool forward) {
  const std::size_t found = last_of(script, begin, place + 1, forward);
  if (found < place) {
    const auto at = script.begin() + static_cast<std::ptrdiff_t>(found);
    std::rotate(at, at + 1, script.begin() + static_cast<std::ptrdiff_t>(place + 1));
  }
}

void set_roles(Script& script, std::size_t begin, std::size_t end, TcpRole role) {
  for (std::size_t i = begin; i < end; ++i) {
    script[i].role = role;
  }
}

std::size_t open_handshake(Script& script, const CapturedSides& sides) {
  bring_forward(script, 0, true);
  script[0].role = TcpRole::kSyn;
  bring_forward(script, 1, false);
  if (sides.forward == 1) {
    set_roles(script, 1, script.size(), TcpRole::kSynAck);
    return script.size();
  }
  script[1].role = TcpRole::kSynAck;
  bring_forward(script, 2, true);
  return 3;
}

std::size_t open_refused(Script& script, const CapturedSides& sides) {
  std::stable_partition(script.begin(), script.end(), [](const TcpStep& s) { return s.forward; });
  set_roles(script, 0, sides.forward, TcpRole::kSyn);
  set_roles(script, sides.forward, script.size(), TcpRole::kRefusal);
  return script.size();
}

bool captured_side_serves(const ConversationPlan& plan) {
  constexpr std::uint16_t kFirstUserPort = 1024;
  const bool forward = plan.packets.front().forward;
  const std::uint16_t own = forward ? plan.tuple.srcport : plan.tuple.dstport;
  const std::uint16_t peer = forward ? plan.tuple.dstport : plan.tuple.srcport;
  return own < kFirstUserPort && peer >= kFirstUserPort;
}

std::size_t open_one_sided(Script& script, const ConversationPlan& plan) {
  const bool serves = captured_side_serves(plan);
  if (plan.open == TcpOpen::kHandshake) {
    script[0].role = serves ? TcpRole::kSynAck : TcpRole::kSyn;
    return serves || script.size() < 3 ? 1 : 2;
  }
  const bool refuses = plan.open == TcpOpen::kRefused && serves;
  set_roles(script, 0, script.size(), refuses ? TcpRole::kRefusal : TcpRole::kSyn);
  return script.size();
}

/// Sets the roles of the opening; returns how many packets it took.
std::size_t open(Script& script, const ConversationPlan& plan, const CapturedSides& sides) {
  if (plan.open == TcpOpen::kMidstream) {
    return 0;
  }
  if (!sides.both()) {
    return open_one_sided(script, plan);
  }
  return plan.open == TcpOpen::kRefused ? open_refused(script, sides)
                                        : open_handshake(script, sides);
}

void close_one_sided(Script& script, std::size_t begin, bool other_unseen) {
  const std::size_t end = script.size();
  if (other_unseen && end - begin >= 2) {
    script[end - 2].role = TcpRole::kFin;
    script[end - 1].role = TcpRole::kLastAck;
  } else {
    script[end - 1].role = TcpRole::kFin;
  }
}

/// X fin … Y fin, X ack, with three packets or more in [begin, size), two of them by X.
void close_in_turn(Script& script, std::size_t begin, bool x) {
  const std::size_t end = script.size();
  bring_back(script, begin, end - 1, x);
  bring_back(script, begin, end - 2, !x);
  const bool four =
      end - begin >= 4 && script[end - 3].forward != x && script[end - 4].forward == x;
  const std::size_t first_fin = four ? end - 4 : end - 3;
  bring_back(script, begin, first_fin, x);
  script[first_fin].role = TcpRole::kFin;
  script[end - 2].role = TcpRole::kFin;
  script[end - 1].role = TcpRole::kLastAck;
}

void close_by_fin(Script& script, std::size_t begin, const CapturedSides& sides) {
  if (begin == script.size()) {
    return;
  }
  std::array<std::size_t, 2> left = {0, 0};
  for (std::size_t i = begin; i < script.size(); ++i) {
    ++left[script[i].forward ? 1 : 0];
  }
  if (left[0] == 0 || left[1] == 0) {
    return close_one_sided(script, begin, !sides.both());
  }
  if (left[0] == 1 && left[1] == 1) {
    return set_roles(script, begin, script.size(), TcpRole::kFin);
  }
  const bool last = script.back().forward;
  close_in_turn(script, begin, left[last ? 1 : 0] >= 2 ? last : !last);
}

/// Not before the opening's first packet. A server that resets before its syn-ack refuses.
void close_by_reset(Script& script, const ConversationPlan& plan, const CapturedSides& sides) {
  if (script.size() < 2 && plan.open != TcpOpen::kMidstream) {
    return;
  }
  const bool at_once = script.size() == 2 && sides.both() && plan.open != TcpOpen::kMidstream;
  script.back().role = at_once ? TcpRole::kRefusal : TcpRole::kReset;
}

bool is_answerless(const ConversationPlan& plan, const CapturedSides& sides) {
  return plan.open == TcpOpen::kRefused || (plan.open == TcpOpen::kUnanswered && !sides.both());
}

}  // namespace

CapturedSides sides_of(const ConversationPlan& plan) {
  CapturedSides sides;
  for (const PacketPlan& packet : plan.packets) {
    ++(packet.forward ? sides.forward : sides.backward);
  }
  return sides;
}

std::vector<TcpStep> tcp_script(const ConversationPlan& plan) {
  Script script;
  script.reserve(plan.packets.size());
  for (const PacketPlan& packet : plan.packets) {
    script.push_back({packet.payload, packet.forward, packet.push, TcpRole::kSegment});
  }
  if (script.empty()) {
    return script;
  }
  const CapturedSides sides = sides_of(plan);
  const std::size_t begin = open(script, plan, sides);
  if (plan.close == TcpClose::kFin) {
    close_by_fin(script, begin, sides);
  } else if (plan.close == TcpClose::kReset && !is_answerless(plan, sides)) {
    close_by_reset(script, plan, sides);
  }
  return script;
}

}  // namespace tracetwin
