#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "audit/half_twin.h"
#include "audit/observation.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"

namespace tracetwin::audit {
namespace {

constexpr std::array<std::string_view, 4> kAttacks = {
    "records with its five-tuple", "nearest record", "density ratio", "likelihood"};
constexpr std::size_t kMostTwinRecords = 4000;  // that distances are taken to
constexpr std::size_t kLeast = 8;               // records of a half

std::vector<std::size_t> some_of(std::size_t size, std::size_t most, Random& random) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(std::span(order));
  order.resize(std::min(size, most));
  return order;
}

Rows picked(const Rows& rows, std::span<const std::size_t> which) {
  Rows some;
  for (const std::size_t row : which) {
    some.push_back(rows[row]);
  }
  return some;
}

Columns codes_by_row(const TwinModel& model, const PrivateTrace& trace) {
  Columns codes(trace.rows());
  for (std::size_t f = 0; f < model.vocabularies.size(); ++f) {
    const auto column = model.vocabularies[f].encode(trace.columns[f]).all<std::uint16_t>();
    for (std::size_t row = 0; row < codes.size(); ++row) {
      codes[row].push_back(column[row]);
    }
  }
  return codes;
}

double nearest(const Schema& schema, const Rows& rows, const std::vector<Key>& to) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& row : rows) {
    least = std::min(least, distance(schema, row, to));
  }
  return least;
}

/// What the attacks compare a record with.
struct Evidence {
  const HalfTwin& halves;
  Rows twin;       ///< a sample
  Rows reference;  ///< records of the hold-out that are no candidates
  std::map<std::vector<Key>, double> tuples;
  std::vector<std::vector<double>> one_ways;
  unsigned threads;
};

std::vector<Key> tuple_of(const std::vector<Key>& row) {
  return {row.begin(), row.begin() + kTupleFields};
}

std::array<double, kAttacks.size()> attack(const Evidence& evidence, const std::vector<Key>& row,
                                           std::span<const std::uint16_t> codes) {
  constexpr double kSmall = 0.01;
  const Schema& schema = evidence.halves.training.schema;
  const auto same = evidence.tuples.find(tuple_of(row));
  const double to_twin = nearest(schema, evidence.twin, row);
  const double to_reference = nearest(schema, evidence.reference, row);
  return {same == evidence.tuples.end() ? 0 : same->second, -to_twin,
          (to_reference + kSmall) / (to_twin + kSmall), log_likelihood(evidence.one_ways, codes)};
}

std::vector<std::vector<double>> attack_all(const Evidence& evidence, const PrivateTrace& half,
                                            std::span<const std::size_t> which) {
  const Rows rows = comparable_rows(half.schema, half.columns);
  const auto codes = codes_by_row(evidence.halves.model, half);
  std::vector<std::vector<double>> scores(kAttacks.size(), std::vector<double>(which.size()));
  parallel_blocks(which.size(), evidence.threads, [&](std::size_t i) {
    const auto results = attack(evidence, rows[which[i]], codes[which[i]]);
    for (std::size_t number = 0; number < results.size(); ++number) {
      scores[number][i] = results[number];
    }
  });
  return scores;
}

}  // namespace

std::span<const std::string_view> membership_attacks() {
  return kAttacks;
}

Scores membership_scores(const HalfTwin& halves, std::size_t most, std::uint64_t seed,
                         unsigned threads) {
  const std::size_t outside = halves.hold_out.rows();
  if (outside < kLeast || halves.training.rows() < kLeast) {
    throw Error("the trace is too small for a membership attack", "Give a larger one.");
  }
  Random random(seed);
  const auto members = some_of(halves.training.rows(), most, random);
  const auto others = some_of(outside, 2 * most, random);
  const auto strangers = std::span(others).first(others.size() / 2);
  const auto reference = std::span(others).subspan(others.size() / 2);
  Evidence evidence{
      halves,
      picked(halves.twin, some_of(halves.twin.size(), kMostTwinRecords, random)),
      picked(comparable_rows(halves.hold_out.schema, halves.hold_out.columns), reference),
      {},
      one_ways_of(halves.model),
      threads};
  for (const auto& row : halves.twin) {
    ++evidence.tuples[tuple_of(row)];
  }
  return {attack_all(evidence, halves.hold_out, strangers),
          attack_all(evidence, halves.training, members)};
}

}  // namespace tracetwin::audit
