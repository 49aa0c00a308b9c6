#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "dp/ledger.h"
#include "encode/vocabulary.h"

namespace tracetwin {

/// How unevenly the records of a trace are spread over its addresses: the frequency of frequencies
/// (as of species in Good 1953), for addresses that have no code of their own. hosts()[b] addresses
/// have 2^b … 2^(b+1)-1 records each, the last octave more.
class HostSpread {
 public:
  static constexpr std::size_t kOctaves = 12;

  /// Every address has one record.
  HostSpread() : HostSpread(std::vector<double>{1}) {}
  /// At most kOctaves numbers >= 0, one of them positive; else throws Error.
  explicit HostSpread(std::vector<double> hosts);

  struct Request {
    std::string field;  ///< for the ledger
    double rho = 0;
    double records_per_unit = 1;  ///< a unit changes at most so many records
    work::Ranks ranks = {};       ///< the processes that count together
  };
  /// Measures the addresses of `column` that `vocabulary` has no code of their own for. One record
  /// more moves one address up, which changes two octaves by one, and one more is in the number of
  /// such records: L2 sensitivity sqrt(3) a record. The octaves are then moved, by least squares,
  /// to what adds up to that number, which pins the octaves of many records.
  static HostSpread learn(const PrivateColumn& column, const Vocabulary& vocabulary,
                          const Request& request, dp::Ledger& ledger);

  /// How many records the next address has, at least 1. Within an octave falling with the square.
  std::uint64_t draw(Random& random) const;
  const std::vector<double>& hosts() const { return hosts_; }

 private:
  std::vector<double> hosts_;
};

}  // namespace tracetwin
