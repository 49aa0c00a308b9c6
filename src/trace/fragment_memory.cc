#include "trace/fragment_memory.h"

#include "trace/elapsed.h"

namespace tracetwin {

FiveTuple FragmentMemory::key_of(const Packet& packet) {
  return {packet.tuple.src, packet.tuple.dst, packet.ip_id, 0, packet.tuple.proto};
}

void FragmentMemory::remember(const Packet& first, std::int64_t now) {
  while (!order_.empty() &&
         (order_.size() >= capacity_ || elapsed(order_.front().second, now) > lifetime_ns_)) {
    forget_oldest();
  }
  const FiveTuple key = key_of(first);
  entries_[key] = {{first.tuple.srcport, first.tuple.dstport}, now};
  order_.emplace_back(key, now);
}

std::optional<FragmentMemory::Ports> FragmentMemory::recall(const Packet& later,
                                                            std::int64_t now) const {
  const auto found = entries_.find(key_of(later));
  if (found == entries_.end() || elapsed(found->second.time, now) > lifetime_ns_) {
    return std::nullopt;
  }
  return found->second.ports;
}

void FragmentMemory::forget_oldest() {
  const auto found = entries_.find(order_.front().first);
  if (found != entries_.end() && found->second.time == order_.front().second) {
    entries_.erase(found);
  }
  order_.pop_front();
}

}  // namespace tracetwin
