#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "trace/packet.h"

namespace tracetwin {

/// What one direction of a running flow has seen.
struct RunningTotals {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t payload = 0;
};

/// A flow that is still running, and what the assembler must know about it. Two cache lines, since
/// the flows of a busy capture do not fit the cache and each packet costs what it has to load.
struct alignas(64) ActiveFlow {
  FiveTuple key;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::int64_t opened_at = 0;           ///< clock of the assembler at its first packet
  std::array<RunningTotals, 2> totals;  ///< forward, backward
  std::uint64_t number = 0;
  std::array<std::uint8_t, 2> tcp_flags = {};  ///< OR of all seen, forward and backward
  std::uint8_t icmp_type = 0;  ///< of the first packet; `key` has that of the question
  bool turned = false;         ///< the forward direction is the reverse of `key`
};
static_assert(sizeof(ActiveFlow) == 128);

/// The running flows: found by key, and in order of their last packet. Open addressing with
/// linear probing and backward-shift deletion over a pool of flows; the order is a doubly linked
/// list kept apart from the flows, since it is touched at every packet and is small enough to
/// stay in the cache. Nothing is allocated once the table has reached its working size.
class FlowTable {
 public:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0xffffffff;

  FlowTable();

  Index find(const FiveTuple& key) const;
  /// Adds a flow whose key is not there yet, as the one used last.
  Index insert(const FiveTuple& key, std::int64_t now);
  void erase(Index index);
  /// Makes `index` the flow used last.
  void touch(Index index, std::int64_t now);

  ActiveFlow& operator[](Index index) { return flows_[index]; }
  const ActiveFlow& operator[](Index index) const { return flows_[index]; }
  std::size_t size() const { return size_; }
  /// The flow that has been silent longest, kNone when there is none; and the one after it.
  Index oldest() const { return oldest_; }
  Index after(Index index) const { return links_[index].next; }
  std::int64_t touched_at(Index index) const { return links_[index].touched_at; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Index index = kNone;
  };
  struct Link {
    Index previous = kNone;
    Index next = kNone;
    std::int64_t touched_at = 0;
  };

  std::size_t slot_of(Index index) const;
  void grow();
  void place(Slot slot);
  void close_gap(std::size_t gap);
  void link_last(Index index);
  void unlink(Index index);

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::vector<ActiveFlow> flows_;
  std::vector<Link> links_;
  std::vector<Index> free_;
  std::size_t size_ = 0;
  Index oldest_ = kNone;
  Index newest_ = kNone;
};

}  // namespace tracetwin
