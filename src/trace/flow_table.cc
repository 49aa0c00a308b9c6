#include "trace/flow_table.h"

#include <functional>

namespace tracetwin {
namespace {

constexpr std::size_t kFirstSlots = 1024;

std::uint32_t hash_of(const FiveTuple& key) {
  return static_cast<std::uint32_t>(std::hash<FiveTuple>{}(key));
}

}  // namespace

FlowTable::FlowTable() : slots_(kFirstSlots), mask_(kFirstSlots - 1) {}

FlowTable::Index FlowTable::find(const FiveTuple& key) const {
  const std::uint32_t hash = hash_of(key);
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    const Slot& slot = slots_[at];
    if (slot.index == kNone) {
      return kNone;
    }
    if (slot.hash == hash && flows_[slot.index].key == key) {
      return slot.index;
    }
  }
}

FlowTable::Index FlowTable::insert(const FiveTuple& key, std::int64_t now) {
  if (2 * (size_ + 1) > slots_.size()) {
    grow();
  }
  if (free_.empty()) {
    free_.push_back(static_cast<Index>(flows_.size()));
    flows_.emplace_back();
    links_.emplace_back();
  }
  const Index index = free_.back();
  free_.pop_back();
  flows_[index] = ActiveFlow{};
  flows_[index].key = key;
  place({hash_of(key), index});
  links_[index].touched_at = now;
  link_last(index);
  ++size_;
  return index;
}

void FlowTable::erase(Index index) {
  close_gap(slot_of(index));
  unlink(index);
  free_.push_back(index);
  --size_;
}

void FlowTable::touch(Index index, std::int64_t now) {
  links_[index].touched_at = now;
  if (index != newest_) {
    unlink(index);
    link_last(index);
  }
}

std::size_t FlowTable::slot_of(Index index) const {
  std::size_t at = hash_of(flows_[index].key) & mask_;
  while (slots_[at].index != index) {
    at = (at + 1) & mask_;
  }
  return at;
}

void FlowTable::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.index != kNone) {
      place(slot);
    }
  }
}

void FlowTable::place(Slot slot) {
  std::size_t at = slot.hash & mask_;
  while (slots_[at].index != kNone) {
    at = (at + 1) & mask_;
  }
  slots_[at] = slot;
}

/// Empties slot `gap` and moves later entries of its run back, so that no search stops too early.
void FlowTable::close_gap(std::size_t gap) {
  for (std::size_t at = (gap + 1) & mask_; slots_[at].index != kNone; at = (at + 1) & mask_) {
    const std::size_t home = slots_[at].hash & mask_;
    if (((at - home) & mask_) >= ((at - gap) & mask_)) {
      slots_[gap] = slots_[at];
      gap = at;
    }
  }
  slots_[gap] = Slot{};
}

void FlowTable::link_last(Index index) {
  links_[index].previous = newest_;
  links_[index].next = kNone;
  (newest_ == kNone ? oldest_ : links_[newest_].next) = index;
  newest_ = index;
}

void FlowTable::unlink(Index index) {
  const Link& link = links_[index];
  (link.previous == kNone ? oldest_ : links_[link.previous].next) = link.next;
  (link.next == kNone ? newest_ : links_[link.next].previous) = link.previous;
}

}  // namespace tracetwin
