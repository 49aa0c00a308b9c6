#include "cli/heavy_hitters.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

namespace tracetwin::cli {
namespace {

constexpr std::size_t kFirstSlots = 1 << 10;

}  // namespace

HeavyHitters::HeavyHitters(std::size_t counters)
    : counters_(std::max<std::size_t>(counters, 1)), slots_(kFirstSlots) {}

HeavyHitters::Slot& HeavyHitters::slot_of(const IpAddress& host) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = std::hash<IpAddress>()(host) & mask;
  while (slots_[i].weight != 0 && slots_[i].host != host) {
    i = (i + 1) & mask;
  }
  return slots_[i];
}

void HeavyHitters::add(const IpAddress& host, const Tally& tally) {
  Slot& slot = slot_of(host);
  const bool is_new = slot.weight == 0;
  if (is_new) {
    slot = {host, {}, 0};
    ++used_;
  }
  slot.tally += tally;
  slot.weight += std::max<std::uint64_t>(tally.bytes, 1);
  if (is_new && used_ > 2 * counters_) {
    const std::uint64_t decrement = weight_to_remove();
    removed_ += decrement;
    rebuild(slots_.size(), decrement);
  } else if (is_new && used_ * 2 > slots_.size()) {
    rebuild(slots_.size() * 2, 0);
  }
}

/// The `counters_`-th largest weight: taking it from all frees all slots but those above it, and
/// takes at least counters_ times itself out of the total.
std::uint64_t HeavyHitters::weight_to_remove() const {
  std::vector<std::uint64_t> weights;
  weights.reserve(used_);
  for (const auto& slot : slots_) {
    if (slot.weight != 0) {
      weights.push_back(slot.weight);
    }
  }
  const auto nth = weights.begin() + static_cast<std::ptrdiff_t>(counters_ - 1);
  std::nth_element(weights.begin(), nth, weights.end(), std::greater<>());
  return *nth;
}

void HeavyHitters::rebuild(std::size_t slots, std::uint64_t decrement) {
  const auto old = std::exchange(slots_, std::vector<Slot>(slots));
  used_ = 0;
  for (const auto& slot : old) {
    if (slot.weight > decrement) {
      Slot& place = slot_of(slot.host);
      place = slot;
      place.weight -= decrement;
      place.tally.bytes -= std::min(decrement, place.tally.bytes);
      ++used_;
    }
  }
}

std::vector<HeavyHitters::Row> HeavyHitters::top(std::size_t n) const {
  std::vector<Row> rows;
  for (const auto& slot : slots_) {
    if (slot.weight != 0) {
      rows.push_back({slot.host, slot.tally});
    }
  }
  const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(n, rows.size()));
  std::partial_sort(rows.begin(), end, rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(b.tally.bytes, b.tally.flows, a.host) <
           std::tuple(a.tally.bytes, a.tally.flows, b.host);
  });
  rows.erase(end, rows.end());
  return rows;
}

}  // namespace tracetwin::cli
