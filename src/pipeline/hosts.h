#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/model.h"

namespace tracetwin {

/// The addresses of one field (kind kAddress) of synthetic records: a token that names an address
/// becomes it; behind the other tokens, hosts are made up whose numbers of records follow the
/// model's HostSpread, each with records that lie together in port and time. Sources are unicast
/// addresses unless the model's sources often are not (pseudonyms).
///
/// Records are told twice: count() in any order, then, after settle(), next() in order of time. So
/// memory grows with hosts, not with records.
class Hosts {
 public:
  /// `model` must outlive this.
  Hosts(const TwinModel& model, std::size_t field, std::uint64_t seed);

  /// A record will come with this token of the field and this code of the service port.
  void count(std::uint16_t token, std::uint16_t port) { ++cursor(token, port).left; }
  void settle();
  Key next(std::uint16_t token, std::uint16_t port);

 private:
  // Records of one token and one port; at first only how many.
  struct Cursor {
    std::uint64_t left = 0;
    std::uint64_t rank = 0;  // of the next one among the token's
    std::uint64_t host_end = 0;
    Key address = 0;
  };

  Cursor& cursor(std::uint16_t token, std::uint16_t port) {
    return cursors_[std::size_t{token} * ports_ + port];
  }
  bool is_named(std::size_t token) const { return vocabulary_.tokens()[token].level == 0; }
  bool is_usual_here(Key address) const;
  std::uint64_t rank_records(std::size_t token);
  std::vector<std::uint64_t> draw_hosts(std::size_t token, std::uint64_t records) const;
  std::uint64_t unusual_records(std::size_t token) const;
  std::size_t host_of(std::size_t token, std::uint64_t rank) const;
  Key draw(std::size_t token, std::size_t host) const;
  Key usual(std::size_t token, std::size_t host) const;

  const Vocabulary& vocabulary_;
  const HostSpread& spread_;
  bool sends_;
  std::uint64_t seed_;
  std::size_t ports_;
  std::vector<Cursor> cursors_;                    // by token and port
  std::vector<std::uint64_t> ends_;                // of each token's records, counted through
  std::vector<std::vector<std::uint64_t>> hosts_;  // by token: where each host's records end
  bool replaces_ = false;
};

}  // namespace tracetwin
