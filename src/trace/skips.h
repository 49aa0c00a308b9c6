#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin {

/// What a reader left out, by reason. Reading never fails silently: what can be read is read, the
/// rest is counted here with the number of the first packet or line it happened at.
class Skips {
 public:
  struct Row {
    std::string reason;  ///< such as "not IP (ethertype 0x0806, ARP)"
    std::uint64_t count = 0;
    std::uint64_t first = 0;  ///< 1-based number of the first packet, line or block
  };

  void add(std::string_view reason, std::uint64_t position, std::uint64_t count = 1);
  void merge(const Skips& other);

  /// In order of first appearance. At most kMaxReasons rows; further reasons share the last one,
  /// "other reasons", so that hostile input cannot grow the table.
  const std::vector<Row>& rows() const { return rows_; }
  std::uint64_t total() const;

  static constexpr std::size_t kMaxReasons = 64;

 private:
  std::vector<Row> rows_;
};

}  // namespace tracetwin
