#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trace/address.h"
#include "trace/format/format.h"
#include "trace/io/byte_order.h"

namespace tracetwin::netflow {

/// Bytes that are put together in network order.
class Packed {
 public:
  template <class T>
  void add(T value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    if constexpr (sizeof value == 1) {
      bytes_[at] = static_cast<std::byte>(value);
    } else {
      store(&bytes_[at], value, std::endian::big);
    }
  }
  void add(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void add_address(const IpAddress& address);
  void set(std::size_t at, std::uint16_t value) { store(&bytes_[at], value, std::endian::big); }

  std::span<const std::byte> bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::byte> bytes_;
};

/// The clocks of a datagram, in ms since the epoch: when its exporter began to run and when it was
/// sent. Times of flows are told from the first, in 32 bits.
struct Clocks {
  std::int64_t boot_ms = 0;
  std::int64_t sent_ms = 0;

  std::uint32_t since_boot(std::int64_t ms) const {
    return static_cast<std::uint32_t>(ms - boot_ms);
  }
};

/// When a flow begins and ends, in whole ms.
struct Span {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};
Span span_of(const FlowRecord& record);

/// Gathers records as long as one datagram can tell their times. The datagram is sent at the whole
/// second behind the last end, since version 9 has no finer clock.
class Gathering {
 public:
  /// Whether a record's times fit with those that are there.
  bool fits(const Span& span) const;
  void add(const Span& span);
  void clear() { empty_ = true; }
  Clocks clocks() const;

 private:
  bool empty_ = true;
  std::int64_t first_ms_ = 0;
  std::int64_t last_ms_ = 0;
};

/// Writes datagrams as UDP packets from 192.0.2.1 to 192.0.2.2 (RFC 5737), port 2055, in a pcap.
class DatagramWriter {
 public:
  explicit DatagramWriter(ByteSink& sink);
  void write(std::span<const std::byte> datagram, std::int64_t sent_ms);
  void finish();

 private:
  AnyWriter capture_;
  std::int64_t newest_ms_ = 0;
};

/// Type and code of ICMP and ICMPv6 records in one number, 0 for others.
std::uint16_t icmp_of(const FiveTuple& tuple);

}  // namespace tracetwin::netflow
