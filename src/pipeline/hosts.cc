#include "pipeline/hosts.h"

#include <algorithm>
#include <numeric>

#include "encode/address_kind.h"
#include "pipeline/rows.h"

namespace tracetwin {
namespace {

constexpr std::size_t kSource = 0;
constexpr std::size_t kServicePort = 3;
constexpr int kTries = 64;

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

class Hosts {
 public:
  Hosts(const TwinModel& model, const Table& table, std::size_t field, std::uint64_t seed)
      : model_(model),
        table_(table),
        field_(field),
        seed_(mix(seed, mix(kHostStream, field))),
        vocabulary_(model.vocabularies[field]),
        addresses_(table.rows()) {}

  std::vector<Key> run() {
    const auto groups = rows_by_token();
    for (std::size_t token = 0; token < groups.size(); ++token) {
      fill(static_cast<std::uint16_t>(token), groups[token]);
    }
    replace_unusual();
    return std::move(addresses_);
  }

 private:
  std::vector<std::vector<std::uint32_t>> rows_by_token() const {
    std::vector<std::vector<std::uint32_t>> groups(vocabulary_.tokens().size());
    Random random(seed_, 0);
    for (std::uint32_t row = 0; row < table_.rows(); ++row) {
      groups[vocabulary_.pick(table_.columns[field_][row], random)].push_back(row);
    }
    return groups;
  }

  void fill(std::uint16_t token, std::vector<std::uint32_t> rows) {
    const bool named = vocabulary_.tokens()[token].level == 0;
    Random random(seed_, token + 1U);
    if (named) {
      for (const std::uint32_t row : rows) {
        addresses_[row] = vocabulary_.tokens()[token].cell;
      }
      return;
    }
    sort_together(rows);
    for (std::size_t first = 0; first < rows.size();) {
      const Key address = draw(token, random);
      const std::uint64_t records = model_.hosts[field_].draw(random);
      const std::size_t end = first + std::min<std::uint64_t>(records, rows.size() - first);
      for (; first < end; ++first) {
        addresses_[rows[first]] = address;
      }
    }
  }

  void sort_together(std::vector<std::uint32_t>& rows) const {
    const auto& port = table_.columns[kServicePort];
    const auto& time = table_.columns[time_field(model_.schema)];
    const auto place = [&](std::uint32_t row) {
      return std::uint64_t{port[row]} << 48 | std::uint64_t{time[row]} << 32 | row;
    };
    std::sort(rows.begin(), rows.end(),
              [&](std::uint32_t a, std::uint32_t b) { return place(a) < place(b); });
  }

  bool is_usual_here(Key address) const { return is_usual(address_of(address), field_ == kSource); }

  Key draw(std::uint16_t token, Random& random) const {
    Key address = vocabulary_.draw(token, random);
    for (int tries = 0; tries < kTries && !is_usual_here(address); ++tries) {
      address = vocabulary_.draw(token, random);
    }
    return address;
  }

  /// Few unusual addresses are false ones, which noise made; many are the trace's own.
  void replace_unusual() {
    constexpr std::size_t kFewest = 10;  // one in
    std::vector<std::size_t> unusual;
    for (std::size_t row = 0; row < addresses_.size(); ++row) {
      if (!is_usual_here(addresses_[row])) {
        unusual.push_back(row);
      }
    }
    if (unusual.size() * kFewest > addresses_.size()) {
      return;
    }
    Random random(seed_, vocabulary_.tokens().size() + 1);
    for (const std::size_t row : unusual) {
      for (int tries = 0; tries < kTries && !is_usual_here(addresses_[row]); ++tries) {
        const Key other = addresses_[random.below(addresses_.size())];
        const bool same_family = address_of(other).is_v4() == address_of(addresses_[row]).is_v4();
        addresses_[row] = same_family ? other : addresses_[row];
      }
    }
  }

  const TwinModel& model_;
  const Table& table_;
  std::size_t field_;
  std::uint64_t seed_;
  const Vocabulary& vocabulary_;
  std::vector<Key> addresses_;
};

}  // namespace

std::vector<Key> host_addresses(const TwinModel& model, const Table& table, std::size_t field,
                                std::uint64_t seed) {
  return Hosts(model, table, field, seed).run();
}

}  // namespace tracetwin
