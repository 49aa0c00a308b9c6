#include "pipeline/packet_sizes.h"

#include <algorithm>
#include <cmath>

namespace tracetwin {
namespace {

constexpr std::uint32_t kMtu = 1500;

/// One direction's packets that may have payload, and what they hold.
struct Load {
  std::vector<std::size_t> carriers;
  std::vector<std::size_t> spare;  ///< empty so far; the best one to fill stands last
  std::uint64_t packets = 0;
  double sum = 0;
  double target = 0;
  double tolerance = 0;
  std::uint32_t most = 0;

  bool met() const { return std::abs(sum - target) <= tolerance; }
};

/// Takes away the payload of those that cannot have any, a RST's.
Load load_of(std::vector<DraftPacket>& drafts, const std::vector<TcpRole>& roles, bool forward) {
  Load load;
  std::vector<std::size_t> fins;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (drafts[i].forward != forward) {
      continue;
    }
    ++load.packets;
    if (!roles.empty() && !carries_data(roles[i])) {
      drafts[i].payload = 0;
    }
    load.sum += drafts[i].payload;
    load.most = std::max(load.most, drafts[i].payload);
    if (roles.empty() || (carries_data(roles[i]) && drafts[i].payload > 0)) {
      load.carriers.push_back(i);
    } else if (carries_data(roles[i])) {
      (roles[i] == TcpRole::kFin ? fins : load.spare).push_back(i);
    }
  }
  load.spare.insert(load.spare.end(), fins.begin(), fins.end());
  return load;
}

void redraw(std::vector<DraftPacket>& drafts, Load& load, std::uint32_t headers, bool tcp,
            const PacketModel& model, Random& random) {
  constexpr std::size_t kTriesPerCarrier = 4;
  constexpr std::size_t kTries = 16;
  const std::size_t tries = kTries + kTriesPerCarrier * load.carriers.size();
  for (std::size_t i = 0; i < tries && !load.met(); ++i) {
    DraftPacket& packet = drafts[load.carriers[random.below(load.carriers.size())]];
    const std::uint32_t payload = draw_payload(packet.context, model, headers, random);
    const double sum = load.sum - packet.payload + payload;
    if ((payload > 0 || !tcp) && std::abs(sum - load.target) < std::abs(load.sum - load.target)) {
      packet.payload = payload;
      load.sum = sum;
    }
  }
}

/// Multiplies all payloads that are not at their limit yet, until none meets it any more.
void stretch(std::vector<DraftPacket>& drafts, Load& load) {
  constexpr int kRounds = 16;
  for (int round = 0; round < kRounds && !load.met(); ++round) {
    double full = 0;
    for (const std::size_t i : load.carriers) {
      full += drafts[i].payload >= load.most ? drafts[i].payload : 0;
    }
    const bool shrinks = load.sum > load.target;
    const double fixed = shrinks ? 0 : full;
    const double factor = (load.target - fixed) / std::max(1.0, load.sum - fixed);
    load.sum = 0;
    for (const std::size_t i : load.carriers) {
      const double wanted = std::max(1.0, std::round(drafts[i].payload * factor));
      drafts[i].payload = static_cast<std::uint32_t>(std::min<double>(wanted, load.most));
      load.sum += drafts[i].payload;
    }
  }
}

}  // namespace

void meet_mean(std::vector<DraftPacket>& drafts, const std::vector<TcpRole>& roles, bool forward,
               std::uint32_t mean_payload, std::uint32_t headers, const PacketModel& model,
               Random& random) {
  if (mean_payload == 0) {
    return;
  }
  Load load = load_of(drafts, roles, forward);
  load.target = static_cast<double>(load.packets) * mean_payload;
  load.tolerance = std::max(0.5 * static_cast<double>(load.packets), 0.02 * load.target);
  load.most = std::max(load.most, kMtu - headers);
  while (!load.spare.empty() &&
         static_cast<double>(load.carriers.size()) * load.most < load.target) {
    const std::size_t i = load.spare.back();
    drafts[i].payload = std::min(kMtu - headers, mean_payload);
    load.sum += drafts[i].payload;
    load.carriers.push_back(i);
    load.spare.pop_back();
  }
  if (!load.carriers.empty()) {
    redraw(drafts, load, headers, !roles.empty(), model, random);
    stretch(drafts, load);
  }
}

}  // namespace tracetwin
