#include "pipeline/hosts.h"

#include <algorithm>

#include "encode/address_kind.h"
#include "pipeline/rows.h"

namespace tracetwin {
namespace {

constexpr std::size_t kSource = 0;
constexpr std::size_t kServicePort = 3;
constexpr int kTries = 64;
constexpr std::uint64_t kFewest = 10;  // one in: more unusual addresses are the trace's own

/// 0.0.0.0/8, 127.0.0.0/8 and ::1 leave no host.
bool stays_inside(const IpAddress& address) {
  constexpr std::uint32_t kThis = 0;
  constexpr std::uint32_t kLoopback = 127;
  if (!address.is_v4()) {
    return address.high == 0 && address.low <= 1;
  }
  const std::uint32_t first = address.v4_bits() >> 24;
  return first == kThis || first == kLoopback;
}

/// Whether hosts of a network usually have, or send to, such an address.
bool is_usual(const IpAddress& address, bool sends) {
  const AddressKind kind = kind_of(address);
  const bool group = kind == AddressKind::kGroup;
  const bool reserved = address.is_v4() && address.v4_bits() >> 28 == 0xf && !group;
  return !stays_inside(address) && kind != AddressKind::kUnspecified && !reserved &&
         !(sends && group);
}

}  // namespace

Hosts::Hosts(const TwinModel& model, std::size_t field, std::uint64_t seed)
    : vocabulary_(model.vocabularies[field]),
      spread_(model.hosts[field]),
      sends_(field == kSource),
      seed_(mix(seed, mix(kHostStream, field))),
      ports_(model.vocabularies[kServicePort].cells()),
      cursors_(vocabulary_.tokens().size() * ports_) {}

bool Hosts::is_usual_here(Key address) const {
  return is_usual(address_of(address), sends_);
}

void Hosts::settle() {
  std::uint64_t all = 0;
  std::uint64_t unusual = 0;
  for (std::size_t token = 0; token < vocabulary_.tokens().size(); ++token) {
    const std::uint64_t records = rank_records(token);
    hosts_.push_back(draw_hosts(token, records));
    all += records;
    ends_.push_back(all);
    unusual += unusual_records(token);
  }
  replaces_ = unusual * kFewest <= all;
}

/// By port; within one, in the order in which next() is asked.
std::uint64_t Hosts::rank_records(std::size_t token) {
  std::uint64_t records = 0;
  for (std::size_t port = 0; port < ports_; ++port) {
    Cursor& here = cursors_[token * ports_ + port];
    here.rank = records;
    records += here.left;
  }
  return records;
}

std::vector<std::uint64_t> Hosts::draw_hosts(std::size_t token, std::uint64_t records) const {
  Random random(seed_, token + 1);
  std::vector<std::uint64_t> ends;
  for (std::uint64_t end = 0; end < records;) {
    end = is_named(token) ? records : std::min(records, end + spread_.draw(random));
    ends.push_back(end);
  }
  return ends;
}

std::uint64_t Hosts::unusual_records(std::size_t token) const {
  std::uint64_t records = 0;
  std::uint64_t begin = 0;
  for (std::size_t host = 0; host < hosts_[token].size(); ++host) {
    records += is_usual_here(draw(token, host)) ? 0 : hosts_[token][host] - begin;
    begin = hosts_[token][host];
  }
  return records;
}

std::size_t Hosts::host_of(std::size_t token, std::uint64_t rank) const {
  const auto& ends = hosts_[token];
  return static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), rank) - ends.begin());
}

Key Hosts::draw(std::size_t token, std::size_t host) const {
  if (is_named(token)) {
    return vocabulary_.tokens()[token].cell;
  }
  Random random(mix(seed_, token + 1), host);
  Key address = vocabulary_.draw(static_cast<std::uint16_t>(token), random);
  for (int tries = 0; tries < kTries && !is_usual_here(address); ++tries) {
    address = vocabulary_.draw(static_cast<std::uint16_t>(token), random);
  }
  return address;
}

/// Few unusual addresses are false ones, which noise made: a record's address, anywhere, takes the
/// place of each.
Key Hosts::usual(std::size_t token, std::size_t host) const {
  Key address = draw(token, host);
  Random random(mix(seed_, token + 1), ~std::uint64_t{host});
  for (int tries = 0; replaces_ && tries < kTries && !is_usual_here(address); ++tries) {
    const std::uint64_t record = random.below(ends_.back());
    const auto other = static_cast<std::size_t>(
        std::upper_bound(ends_.begin(), ends_.end(), record) - ends_.begin());
    const std::uint64_t rank = record - (other == 0 ? 0 : ends_[other - 1]);
    const Key candidate = draw(other, host_of(other, rank));
    const bool same_family = address_of(candidate).is_v4() == address_of(address).is_v4();
    address = same_family ? candidate : address;
  }
  return address;
}

Key Hosts::next(std::uint16_t token, std::uint16_t port) {
  Cursor& here = cursor(token, port);
  if (here.rank >= here.host_end) {
    const std::size_t host = host_of(token, here.rank);
    here.host_end = hosts_[token][host];
    here.address = usual(token, host);
  }
  ++here.rank;
  return here.address;
}

}  // namespace tracetwin
