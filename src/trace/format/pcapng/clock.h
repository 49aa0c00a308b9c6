#pragma once

#include <cstdint>
#include <optional>

namespace tracetwin::pcapng {

/// Turns the time stamps of an interface into nanoseconds since the epoch.
class Clock {
 public:
  /// Microseconds, as without a resolution option.
  Clock() = default;
  /// From the if_tsresol octet and if_tsoffset seconds.
  Clock(std::uint8_t resolution, std::int64_t offset_s);

  /// Rounded down; empty when the time does not fit 64 bits (about 1677 to 2262).
  std::optional<std::int64_t> to_ns(std::uint64_t ticks) const;
  bool finer_than_microsecond() const { return finer_; }

 private:
  std::uint64_t multiplier_ = 1000;
  std::uint64_t divisor_ = 1;  ///< 0: ticks too short to be told from 0
  unsigned shift_ = 0;
  std::int64_t offset_s_ = 0;
  bool finer_ = false;
};

}  // namespace tracetwin::pcapng
