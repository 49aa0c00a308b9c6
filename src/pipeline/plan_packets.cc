#include "pipeline/plan_packets.h"

#include <algorithm>
#include <cmath>

#include "encode/flow_rows.h"
#include "encode/step_tables.h"

namespace tracetwin {
namespace {

/// Beyond this a conversation is cut: what noise in a cell of giant conversations could cost.
constexpr std::uint64_t kMostPackets = 1 << 18;

/// Directions in order. The first speaker is forward by definition; every further direction is
/// drawn from the model, weighted by how many packets of each are still to come, so that the
/// totals come out exactly.
std::vector<bool> draw_directions(const ConversationOutline& outline, const PacketModel& model,
                                  Random& random) {
  std::uint64_t forward = std::clamp<std::uint64_t>(outline.forward_packets, 1, kMostPackets);
  std::uint64_t backward = std::min(outline.backward_packets, kMostPackets);
  std::vector<bool> directions;
  directions.reserve(forward + backward);
  directions.push_back(true);
  for (--forward; forward + backward > 0;) {
    const Context context =
        direction_context(outline.plan.tuple.proto, directions.size(), directions.back());
    const double p = model.directions.probability(context, 1);
    const double ahead = p * static_cast<double>(forward);
    const double back = (1 - p) * static_cast<double>(backward);
    const bool turn_forward =
        backward == 0 || (forward > 0 && random.uniform() * (ahead + back) < ahead);
    directions.push_back(turn_forward);
    --(turn_forward ? forward : backward);
  }
  return directions;
}

std::vector<double> draw_gaps_us(const std::vector<bool>& directions, std::int64_t duration_ns,
                                 const PacketModel& model, Random& random) {
  std::vector<double> gaps;
  if (directions.size() < 2) {
    return gaps;
  }
  const auto mean_us = static_cast<std::uint64_t>(duration_ns / 1000) / (directions.size() - 1);
  for (std::size_t i = 1; i < directions.size(); ++i) {
    const Context context = gap_context(mean_us, directions[i] != directions[i - 1]);
    gaps.push_back(static_cast<double>(draw_gap_us(model.gaps.draw(context, random), random)));
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

/// A drawn payload that fits a packet of 1500 bytes, unless a payload above that has a code of its
/// own (captures on a sending host see segments before they are cut).
std::uint32_t draw_payload(const Context& context, const PacketModel& model, std::uint32_t headers,
                           Random& random) {
  constexpr std::uint32_t kMtu = 1500;
  const std::uint16_t code = model.payloads.draw(context, random);
  const auto payload = static_cast<std::uint32_t>(model.payload_codes.decode(code, random));
  return model.payload_codes.tokens()[code].level == 0 ? payload
                                                       : std::min(payload, kMtu - headers);
}

}  // namespace

ConversationPlan plan_packets(ConversationOutline outline, const PacketModel& model,
                              std::int64_t window_end, Random& random) {
  ConversationPlan plan = std::move(outline.plan);
  outline.plan.tuple = plan.tuple;
  const std::vector<bool> directions = draw_directions(outline, model, random);
  const std::int64_t duration_ns = std::clamp<std::int64_t>(
      outline.duration_ns, 0, std::max<std::int64_t>(0, window_end - 1 - outline.start_ns));
  const auto gaps = draw_gaps_us(directions, duration_ns, model, random);
  const auto times = place(gaps, outline.start_ns, duration_ns);
  const auto headers = static_cast<std::uint32_t>(least_packet_bytes(plan.tuple));
  std::uint64_t positions[2] = {0, 0};
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const bool forward = directions[i];
    const std::uint32_t mean =
        forward ? outline.forward_mean_payload : outline.backward_mean_payload;
    const Context context = payload_context(mean, positions[forward ? 1 : 0]++);
    PacketPlan packet;
    packet.time_ns = times[i];
    packet.forward = forward;
    packet.payload = mean == 0 ? 0 : draw_payload(context, model, headers, random);
    packet.push = i + 1 == directions.size() || directions[i + 1] != forward;
    plan.packets.push_back(packet);
  }
  return plan;
}

}  // namespace tracetwin
