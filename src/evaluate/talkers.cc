// The hosts of two traces are put side by side by rank: the busiest with the busiest, and so on.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "evaluate/distances.h"
#include "evaluate/scores.h"
#include "evaluate/structure.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kTop = 10;

/// The hosts with the most weight, busiest first; fewer than kTop where fewer have any.
struct Talkers {
  std::vector<std::uint32_t> hosts;
  std::vector<double> shares;  ///< of all weight
};

Talkers top_talkers(const std::vector<std::uint32_t>& hosts, const std::vector<double>& weights,
                    std::size_t addresses) {
  std::vector<double> sums(addresses);
  double all = 0;
  for (std::size_t row = 0; row < hosts.size(); ++row) {
    sums[hosts[row]] += weights[row];
    all += weights[row];
  }
  std::vector<std::uint32_t> order(addresses);
  for (std::uint32_t host = 0; host < addresses; ++host) {
    order[host] = host;
  }
  const std::size_t top = std::min(kTop, addresses);
  std::ranges::partial_sort(
      order, order.begin() + static_cast<std::ptrdiff_t>(top), std::greater(),
      [&](std::uint32_t host) { return std::pair(sums[host], UINT32_MAX - host); });
  Talkers talkers;
  for (std::size_t i = 0; i < top && sums[order[i]] > 0; ++i) {
    talkers.hosts.push_back(order[i]);
    talkers.shares.push_back(all > 0 ? sums[order[i]] / all : 0);
  }
  return talkers;
}

/// Weighted Jaccard: what both have over what either has, rank by rank.
double overlap(std::vector<double> a, std::vector<double> b) {
  const std::size_t longest = std::max(a.size(), b.size());
  a.resize(longest);
  b.resize(longest);
  double both = 0;
  double either = 0;
  for (std::size_t i = 0; i < longest; ++i) {
    both += std::min(a[i], b[i]);
    either += std::max(a[i], b[i]);
  }
  return either > 0 ? both / either : 1;
}

/// What a host does: its records by protocol and service (the lower of the ports below 49152).
using Profile = std::unordered_map<std::uint32_t, double>;

std::vector<Profile> profiles(const Columns& columns, const std::vector<std::uint32_t>& side,
                              const Talkers& talkers) {
  constexpr std::uint16_t kFirstEphemeral = 49152;
  std::unordered_map<std::uint32_t, std::size_t> ranks;
  for (std::size_t i = 0; i < talkers.hosts.size(); ++i) {
    ranks[talkers.hosts[i]] = i;
  }
  std::vector<Profile> found(talkers.hosts.size());
  std::vector<double> rows(talkers.hosts.size());
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    const auto at = ranks.find(side[row]);
    if (at == ranks.end()) {
      continue;
    }
    const std::uint16_t port = std::min(columns.srcport[row], columns.dstport[row]);
    const std::uint32_t service = std::min(port, kFirstEphemeral);
    found[at->second][std::uint32_t{columns.proto[row]} << 16 | service] += 1;
    rows[at->second] += 1;
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (auto& [service, count] : found[i]) {
      count /= rows[i];
    }
  }
  return found;
}

/// One minus the total variation of what two hosts do.
double likeness(const Profile& a, const Profile& b) {
  double common = 0;
  for (const auto& [service, share] : a) {
    const auto at = b.find(service);
    common += at == b.end() ? 0 : std::min(share, at->second);
  }
  return common;
}

/// A rank that only one side has counts as unlike.
double mean_likeness(const std::vector<Profile>& a, const std::vector<Profile>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    sum += likeness(a[i], b[i]);
  }
  return sum / static_cast<double>(std::max(a.size(), b.size()));
}

}  // namespace

Group talkers_group(const Pair& pair) {
  GroupBuilder group("talkers", "The busiest hosts",
                     "Whether the ten busiest hosts, whoever they are, have the same shares and do "
                     "the same things, rank by rank.");
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  const std::size_t addresses = real.addresses->size();
  const std::string bytes = real.kind == TraceKind::kPackets ? "pkt_len" : "byt";
  for (const bool sources : {true, false}) {
    const std::string name = sources ? "sources" : "destinations";
    const auto& real_side = sources ? real.src : real.dst;
    const auto& synthetic_side = sources ? synthetic.src : synthetic.dst;
    const Talkers a = top_talkers(real_side, std::vector<double>(real.rows(), 1), addresses);
    const Talkers b =
        top_talkers(synthetic_side, std::vector<double>(synthetic.rows(), 1), addresses);
    const auto add = [&](const std::string& id, const std::string& title,
                         const std::string& explain, double value) {
      group.add({.id = fmt::format("{}.{}", id, name),
                 .name = fmt::format("{} of the ten busiest {}", title, name),
                 .explain = explain,
                 .better = Better::kHigher,
                 .high = 1,
                 .marks = Marks{0.15, 0.4}},
                value);
    };
    add("records", "Common records", "Overlap of the shares of all records, rank by rank.",
        overlap(a.shares, b.shares));
    add("bytes", "Common bytes", "Overlap of the shares of all bytes, rank by rank.",
        overlap(top_talkers(real_side, real.number(bytes)->values, addresses).shares,
                top_talkers(synthetic_side, synthetic.number(bytes)->values, addresses).shares));
    add("services", "Common services",
        "How alike the protocols and ports of the hosts of each rank are.",
        mean_likeness(profiles(real, real_side, a), profiles(synthetic, synthetic_side, b)));
  }
  return group.take();
}

}  // namespace tracetwin::evaluate
