#include "pipeline/address_pairs.h"

#include <array>
#include <functional>
#include <vector>

#include "encode/address_kind.h"
#include "pipeline/rows.h"

namespace tracetwin {
namespace {

constexpr std::size_t kSource = 0;
constexpr std::size_t kDestination = 1;
constexpr std::size_t kProtocol = 4;
constexpr std::size_t kProtocols = 256;

using Values = std::vector<Key>;  // a typical one a code

Values typical_values(const Vocabulary& vocabulary) {
  Random random(0);
  Values values;
  for (std::uint32_t code = 0; code < vocabulary.cells(); ++code) {
    values.push_back(vocabulary.decode(static_cast<std::uint16_t>(code), random));
  }
  return values;
}

/// The columns of a table that say who speaks with whom.
class Pairs {
 public:
  Pairs(const TwinModel& model, Table& table)
      : table_(table),
        sources_(typical_values(model.vocabularies[kSource])),
        destinations_(typical_values(model.vocabularies[kDestination])),
        protocols_(typical_values(model.vocabularies[kProtocol])) {}

  std::size_t rows() const { return table_.rows(); }
  std::uint8_t protocol(std::size_t row) const {
    return static_cast<std::uint8_t>(protocols_[table_.columns[kProtocol][row]]);
  }
  IpAddress source(std::size_t row) const {
    return address_of(sources_[table_.columns[kSource][row]]);
  }
  IpAddress destination(std::size_t row) const {
    return address_of(destinations_[table_.columns[kDestination][row]]);
  }
  void take(std::size_t row, std::size_t donor) {
    for (const std::size_t column : {kSource, kDestination}) {
      table_.columns[column][row] = table_.columns[column][donor];
    }
  }

 private:
  Table& table_;
  Values sources_;
  Values destinations_;
  Values protocols_;
};

/// Whether the pair of a row is possible for a protocol.
using Rule = std::function<bool(std::size_t row, std::uint8_t protocol)>;

void replace(Pairs& pairs, const Rule& is_sound, Random& random) {
  constexpr int kTries = 64;
  std::array<std::vector<std::size_t>, kProtocols> donors;
  std::vector<std::size_t> unsound;
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    const std::uint8_t protocol = pairs.protocol(row);
    (is_sound(row, protocol) ? donors[protocol] : unsound).push_back(row);
  }
  for (const std::size_t row : unsound) {
    const std::uint8_t protocol = pairs.protocol(row);
    const auto& own = donors[protocol];
    if (!own.empty()) {
      pairs.take(row, own[random.below(own.size())]);
      continue;
    }
    for (int tries = 0; tries < kTries && !is_sound(row, protocol); ++tries) {
      const std::size_t donor = random.below(pairs.rows());
      if (is_sound(donor, protocol)) {
        pairs.take(row, donor);
      }
    }
  }
}

}  // namespace

void make_pairs_possible(const TwinModel& model, Table& table, std::uint64_t seed) {
  constexpr std::size_t kFewest = 10;  // one in
  Pairs pairs(model, table);
  Random random(seed, kFamilyStream);
  const Rule one_family = [&](std::size_t row, std::uint8_t) {
    return pairs.source(row).is_v4() == pairs.destination(row).is_v4();
  };
  const Rule possible = [&](std::size_t row, std::uint8_t protocol) {
    return is_possible_pair(pairs.source(row), pairs.destination(row), protocol);
  };
  replace(pairs, one_family, random);
  std::size_t broken = 0;
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    broken += possible(row, pairs.protocol(row)) ? 0 : 1;
  }
  if (broken * kFewest <= pairs.rows()) {
    replace(pairs, possible, random);
  }
}

}  // namespace tracetwin
