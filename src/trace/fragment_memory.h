#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "trace/packet.h"

namespace tracetwin {

/// Remembers the ports of first fragments, so that later ones can be given to the same flow.
/// Datagrams are told apart by addresses, protocol and IP id (RFC 791, RFC 8200: the low 16 bits
/// of the identification). Bounded: the oldest is forgotten when there are too many.
class FragmentMemory {
 public:
  struct Ports {
    std::uint16_t src = 0;
    std::uint16_t dst = 0;
  };

  FragmentMemory(std::int64_t lifetime_ns, std::size_t capacity)
      : lifetime_ns_(lifetime_ns), capacity_(capacity) {}

  void remember(const Packet& first, std::int64_t now);
  std::optional<Ports> recall(const Packet& later, std::int64_t now) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Ports ports;
    std::int64_t time = 0;
  };

  /// The tuple without ports, with the IP id in the place of the source port.
  static FiveTuple key_of(const Packet& packet);
  void forget_oldest();

  std::int64_t lifetime_ns_;
  std::size_t capacity_;
  std::unordered_map<FiveTuple, Entry> entries_;
  std::deque<std::pair<FiveTuple, std::int64_t>> order_;  ///< as remembered, perhaps renewed since
};

}  // namespace tracetwin
