#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/tally.h"
#include "trace/address.h"

namespace tracetwin::cli {

/// The hosts with the most bytes of a stream of any length, in bounded memory: the frequent-items
/// sketch of Misra and Gries (1982) with weights and the batched decrement of Anderson et al.
/// ("A High-Performance Algorithm for Identifying Frequent Items in Data Streams", 2017).
///
/// Exact while no more than 2 x `counters` hosts have been met. Beyond, the bytes of a host are
/// too low by at most error_bytes() <= total / counters, its packets and flows count only from
/// when it was last taken up, and a host with fewer bytes than that may be missing.
class HeavyHitters {
 public:
  struct Row {
    IpAddress host;
    Tally tally;
  };

  explicit HeavyHitters(std::size_t counters = 1 << 16);

  void add(const IpAddress& host, const Tally& tally);
  /// Up to `n` hosts, most bytes first; ties by flows, then by address.
  std::vector<Row> top(std::size_t n) const;
  bool exact() const { return removed_ == 0; }
  std::uint64_t error_bytes() const { return removed_; }
  /// Hosts now held: all that were met when exact().
  std::size_t hosts() const { return used_; }

 private:
  struct Slot {
    IpAddress host;
    Tally tally;
    std::uint64_t weight = 0;  ///< bytes, at least 1 a flow, less what was removed; 0 = free
  };

  Slot& slot_of(const IpAddress& host);
  void rebuild(std::size_t slots, std::uint64_t decrement);
  std::uint64_t weight_to_remove() const;

  std::size_t counters_;
  std::size_t used_ = 0;
  std::uint64_t removed_ = 0;
  std::vector<Slot> slots_;  ///< open addressing, a power of two, at most half full
};

}  // namespace tracetwin::cli
