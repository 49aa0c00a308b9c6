#include "engine/autoregressive/hold_out.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/random.h"

namespace tracetwin::autoregressive {
namespace {

constexpr double kLargestGroup = 0.02;  // of the records
constexpr std::uint64_t kGroupStream = 4;

/// The groups held out.
std::set<std::uint32_t> choose_groups(std::span<const std::uint32_t> groups, std::size_t wanted,
                                      std::uint64_t seed) {
  std::map<std::uint32_t, std::size_t> sizes;
  for (const std::uint32_t group : groups) {
    ++sizes[group];
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (const auto& [group, size] : sizes) {
    if (may_be_held_out(size, groups.size())) {
      order.emplace_back(mix(seed, group), group);
    }
  }
  std::sort(order.begin(), order.end());
  std::set<std::uint32_t> chosen;
  std::size_t records = 0;
  for (std::size_t i = 0; i < order.size() && records < wanted; ++i) {
    chosen.insert(order[i].second);
    records += sizes[order[i].second];
  }
  return chosen;
}

HeldOut by_records(std::size_t records, std::size_t wanted, std::uint64_t seed) {
  std::vector<std::uint32_t> order(records);
  for (std::size_t i = 0; i < records; ++i) {
    order[i] = static_cast<std::uint32_t>(i);
  }
  Random(seed).shuffle(std::span(order));
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(wanted);
  return {{middle, order.end()}, {order.begin(), middle}};
}

}  // namespace

HeldOut hold_out(std::span<const std::uint32_t> groups, double part, std::uint64_t seed) {
  const std::size_t records = groups.size();
  const auto wanted = static_cast<std::size_t>(std::ceil(part * static_cast<double>(records)));
  const std::set<std::uint32_t> chosen = choose_groups(groups, wanted, seed);
  HeldOut held;
  for (std::uint32_t i = 0; i < records; ++i) {
    (chosen.contains(groups[i]) ? held.judge : held.train).push_back(i);
  }
  const bool one_sided = held.judge.empty() || held.train.empty();
  return one_sided && records > 1
             ? by_records(records, std::clamp<std::size_t>(wanted, 1, records - 1), seed)
             : held;
}

HeldOut hold_out_of_training(std::span<const std::uint32_t> groups, double part,
                             std::uint64_t seed) {
  return hold_out(groups, part, mix(seed, kGroupStream));
}

bool may_be_held_out(std::size_t size, std::size_t records) {
  return static_cast<double>(size) <= kLargestGroup * static_cast<double>(records);
}

}  // namespace tracetwin::autoregressive
