#include "pipeline/plan_packets.h"

#include <algorithm>
#include <cmath>

#include "compile/tcp_script.h"
#include "encode/address_kind.h"
#include "encode/flow_rows.h"
#include "encode/step_tables.h"
#include "pipeline/packet_order.h"
#include "pipeline/packet_sizes.h"

namespace tracetwin {
namespace {

/// Beyond this a conversation is cut: what noise in a cell of giant conversations could cost.
constexpr std::uint64_t kMostPackets = 1 << 18;
constexpr std::uint64_t kMostSynAcks = 4;
/// Operating systems give up after 7 SYNs; a stubborn program begins again.
constexpr std::uint64_t kMostSyns = 14;

void make_counts_possible(ConversationOutline& outline) {
  std::uint64_t& forward = outline.forward_packets;
  std::uint64_t& backward = outline.backward_packets;
  forward = std::clamp<std::uint64_t>(forward, 1, kMostPackets);
  backward = std::min(backward, kMostPackets);
  if (outline.plan.tuple.proto != kTcp && kind_of(outline.plan.tuple.dst) == AddressKind::kGroup) {
    forward += backward;
    backward = 0;
  }
  TcpOpen& open = outline.plan.open;
  if (outline.plan.tuple.proto != kTcp || open == TcpOpen::kMidstream) {
    return;
  }
  if (open != TcpOpen::kHandshake && std::max(forward, backward) > kMostSyns) {
    open = TcpOpen::kHandshake;
  }
  if (open == TcpOpen::kRefused) {
    const std::uint64_t refusals = std::min(backward, (forward + backward) / 2);
    forward += backward - refusals;
    backward = refusals;
  } else if (forward == 1 &&
             (backward > kMostSynAcks || (backward > 2 && outline.backward_mean_payload > 0))) {
    ++forward;
    --backward;
  }
}

std::vector<TcpRole> roles_of(const ConversationPlan& frame,
                              const std::vector<DraftPacket>& drafts) {
  std::vector<TcpRole> roles;
  if (frame.tuple.proto != kTcp) {
    return roles;
  }
  ConversationPlan plan;
  plan.tuple = frame.tuple;
  plan.open = frame.open;
  plan.close = frame.close;
  for (const DraftPacket& draft : drafts) {
    plan.packets.push_back({0, draft.payload, draft.forward, false});
  }
  for (const TcpStep& step : tcp_script(plan)) {
    roles.push_back(step.role);
  }
  return roles;
}

bool is_repeated_opening(const std::vector<TcpRole>& roles, std::size_t i) {
  return !roles.empty() && roles[i] == roles[i - 1] &&
         (roles[i] == TcpRole::kSyn || roles[i] == TcpRole::kSynAck);
}

/// A gap drawn that is not longer than the conversation, as a multiple of its mean gap.
double draw_possible_gap(const Context& context, double most, const PacketModel& model,
                         Random& random) {
  constexpr int kTries = 16;
  double gap = most + 1;
  for (int tries = 0; tries < kTries && gap > most; ++tries) {
    gap = draw_gap(model.gaps.draw(context, random), random);
  }
  return std::min(gap, most);
}

/// Multiples of the mean gap. Whoever repeats a SYN or SYN-ACK waits twice as long every time.
std::vector<double> draw_gaps(const std::vector<DraftPacket>& drafts,
                              const std::vector<TcpRole>& roles, std::int64_t duration_ns,
                              const PacketModel& model, Random& random) {
  std::vector<double> gaps;
  if (drafts.size() < 2) {
    return gaps;
  }
  const auto count = drafts.size() - 1;
  const auto mean_us = static_cast<std::uint64_t>(duration_ns / 1000) / count;
  for (std::size_t i = 1; i < drafts.size(); ++i) {
    const bool turned = drafts[i].forward != drafts[i - 1].forward;
    const bool grows = is_repeated_opening(roles, i) && i > 1 && is_repeated_opening(roles, i - 1);
    gaps.push_back(grows ? 2 * gaps.back()
                         : draw_possible_gap(gap_context(mean_us, turned),
                                             static_cast<double>(count), model, random));
  }
  return gaps;
}

/// Times of the packets: gaps scaled to fill the duration exactly.
std::vector<std::int64_t> place(const std::vector<double>& gaps, std::int64_t start_ns,
                                std::int64_t duration_ns) {
  double total = 0;
  for (const double gap : gaps) {
    total += gap;
  }
  std::vector<std::int64_t> times = {start_ns};
  double passed = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    passed += gaps[i];
    const double share =
        total > 0 ? passed / total : static_cast<double>(i + 1) / static_cast<double>(gaps.size());
    times.push_back(start_ns + std::llround(share * static_cast<double>(duration_ns)));
  }
  return times;
}

}  // namespace

ConversationPlan plan_packets(ConversationOutline outline, const PacketModel& model,
                              std::optional<std::int64_t> window_end, Random& random) {
  make_counts_possible(outline);
  std::vector<DraftPacket> drafts = draw_order(outline, model, random);
  const std::vector<TcpRole> roles = roles_of(outline.plan, drafts);
  const auto headers = static_cast<std::uint32_t>(least_packet_bytes(outline.plan.tuple));
  meet_mean(drafts, roles, true, outline.forward_mean_payload, headers, model, random);
  meet_mean(drafts, roles, false, outline.backward_mean_payload, headers, model, random);
  std::int64_t duration_ns = std::max<std::int64_t>(0, outline.duration_ns);
  if (window_end) {
    duration_ns = std::clamp<std::int64_t>(*window_end - 1 - outline.start_ns, 0, duration_ns);
  }
  const auto gaps = draw_gaps(drafts, roles, duration_ns, model, random);
  const auto times = place(gaps, outline.start_ns, duration_ns);
  ConversationPlan plan = std::move(outline.plan);
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const bool push = i + 1 == drafts.size() || drafts[i + 1].forward != drafts[i].forward;
    plan.packets.push_back({times[i], drafts[i].payload, drafts[i].forward, push});
  }
  return plan;
}

namespace {

constexpr std::uint32_t kMostPacketBytes = 65535;

/// Turns the last packets of a side around until it has no more than it may.
void keep_backward(std::uint64_t most, std::vector<PacketPlan>& packets) {
  std::uint64_t backward = 0;
  for (PacketPlan& packet : packets) {
    backward += packet.forward ? 0 : 1;
    packet.forward = packet.forward || backward > most;
  }
}

}  // namespace

ConversationPlan plan_given_packets(std::vector<Key> row, std::vector<PacketPlan> packets) {
  Random none(0);
  return plan_given_packets(outline_of(row, none), std::move(packets));
}

ConversationPlan plan_given_packets(ConversationOutline outline, std::vector<PacketPlan> packets) {
  outline.forward_packets = 0;
  outline.backward_packets = 0;
  for (const PacketPlan& packet : packets) {
    ++(packet.forward ? outline.forward_packets : outline.backward_packets);
    outline.backward_mean_payload =
        std::max(outline.backward_mean_payload, packet.forward ? 0 : packet.payload);
  }
  if (outline.plan.open == TcpOpen::kUnanswered && outline.backward_packets > 0) {
    outline.plan.open = TcpOpen::kHandshake;
  }
  make_counts_possible(outline);
  keep_backward(outline.backward_packets, packets);
  const auto headers = static_cast<std::uint32_t>(least_packet_bytes(outline.plan.tuple));
  for (std::size_t i = 0; i < packets.size(); ++i) {
    packets[i].payload = std::min(packets[i].payload, kMostPacketBytes - headers);
    packets[i].push = i + 1 == packets.size() || packets[i + 1].forward != packets[i].forward;
  }
  outline.plan.packets = std::move(packets);
  return outline.plan;
}

}  // namespace tracetwin
