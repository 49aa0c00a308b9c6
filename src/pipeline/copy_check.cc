#include "pipeline/copy_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "evaluate/safety.h"

namespace tracetwin {
namespace {

using nlohmann::json;

constexpr std::size_t kTupleFields = 5;
constexpr std::size_t kAsked = 2000;    // records of each side, for the distance attack
constexpr std::size_t kNearest = 8000;  // records of the twin that are looked at
constexpr unsigned kHalf = 64;
constexpr double kErrors = 3;
constexpr double kPoint = 0.01;
constexpr double kMembershipPoints = 0.03;
constexpr double kPercent = 100;

std::uint64_t hash_of(std::span<const Key> keys, std::size_t without) {
  std::uint64_t hash = 0;
  for (std::size_t f = 0; f < keys.size(); ++f) {
    if (f != without) {
      hash = mix(mix(hash, static_cast<std::uint64_t>(keys[f] >> kHalf)),
                 static_cast<std::uint64_t>(keys[f]));
    }
  }
  return hash;
}

std::uint64_t tuple_of(std::span<const Key> keys) {
  return hash_of(keys.first(kTupleFields), kTupleFields);
}

using Counts = std::unordered_map<std::uint64_t, std::size_t>;

/// Part of the records of which another one is equal, and its variance with flows as what is drawn.
std::pair<double, double> repeated_within(const CopySide& side, const Counts& counts,
                                          const std::vector<std::uint64_t>& hashes) {
  std::map<std::uint32_t, std::pair<double, double>> flows;  // records repeated, records
  double hits = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    auto& [own, size] = flows[side.groups[i]];
    const double hit = counts.at(hashes[i]) > 1 ? 1 : 0;
    own += hit;
    size += 1;
    hits += hit;
  }
  const auto records = static_cast<double>(std::max<std::size_t>(1, hashes.size()));
  const double mean = hits / records;
  double variance = 0;
  for (const auto& [flow, own] : flows) {
    variance += std::pow((own.first - mean * own.second) / records, 2);
  }
  return {mean, variance};
}

template <class HashOf>
CopyCheck::Rate rate_of(const CopySides& sides, const HashOf& hash) {
  std::vector<std::uint64_t> hashes;
  Counts counts;
  for (const std::vector<Key>& row : sides.learned.rows) {
    hashes.push_back(hash(row));
    ++counts[hashes.back()];
  }
  const auto met = std::ranges::count_if(
      sides.twin.rows, [&](const std::vector<Key>& row) { return counts.contains(hash(row)); });
  const auto made = static_cast<double>(std::max<std::size_t>(1, sides.twin.rows.size()));
  const double twin = static_cast<double>(met) / made;
  const auto [unseen, variance] = repeated_within(sides.learned, counts, hashes);
  return {twin, unseen, std::sqrt(variance + twin * (1 - twin) / made)};
}

/// At most `most` of so many, evenly over all.
std::vector<std::size_t> some_of(std::size_t count, std::size_t most) {
  std::vector<std::size_t> some;
  const std::size_t taken = std::min(count, most);
  for (std::size_t i = 0; i < taken; ++i) {
    some.push_back(i * count / taken);
  }
  return some;
}

unsigned distance(std::span<const std::uint16_t> a, std::span<const std::uint16_t> b) {
  unsigned differ = 0;
  for (std::size_t t = 0; t < a.size(); ++t) {
    differ += a[t] != b[t] ? 1 : 0;
  }
  return differ;
}

/// Of some records how near the twin's nearest is: the nearer the higher.
std::vector<double> nearness(const CopySide& side, const CopySide& twin) {
  const std::vector<std::size_t> references = some_of(twin.tokens.size(), kNearest);
  std::vector<double> scores;
  for (const std::size_t i : some_of(side.tokens.size(), kAsked)) {
    unsigned least = std::numeric_limits<unsigned>::max();
    for (const std::size_t r : references) {
      least = std::min(least, distance(side.tokens[i], twin.tokens[r]));
    }
    scores.push_back(-static_cast<double>(least));
  }
  return scores;
}

std::size_t flows_in(const CopySide& side) {
  return std::unordered_set<std::uint32_t>(side.groups.begin(), side.groups.end()).size();
}

CopyCheck::Rate membership_of(const CopySides& sides) {
  const auto members = nearness(sides.members, sides.twin);
  const auto others = nearness(sides.held_out, sides.twin);
  const auto fewest = static_cast<double>(
      std::min({flows_in(sides.members), flows_in(sides.held_out), members.size(), others.size()}));
  // Hanley and McNeil (1982) at an AUC of one half, with as many flows on each side.
  return {fewest > 0 ? evaluate::area_under_curve(members, others) : 0.5, 0.5,
          fewest > 0 ? std::sqrt(1 / (6 * fewest)) : 1};
}

bool beyond(const CopyCheck::Rate& rate, double points) {
  return rate.twin - rate.unseen > kErrors * rate.spread + points;
}

json rate_json(const CopyCheck::Rate& rate) {
  return {{"twin", rate.twin}, {"unseen", rate.unseen}, {"spread", rate.spread}};
}

CopyCheck::Rate rate_from(const json& object) {
  const CopyCheck::Rate rate{object.at("twin").get<double>(), object.at("unseen").get<double>(),
                             object.at("spread").get<double>()};
  const auto is_part = [](double value) { return value >= 0 && value <= 1; };
  if (!is_part(rate.twin) || !is_part(rate.unseen) || !is_part(rate.spread)) {
    throw Error("its \"copies\" holds a number that is not in [0, 1]");
  }
  return rate;
}

}  // namespace

bool CopyCheck::exceeds() const {
  return beyond(records, kPoint) || beyond(tuples, kPoint) || beyond(membership, kMembershipPoints);
}

std::string CopyCheck::text() const {
  const bool one_tuple = tuples.twin == 1 && tuples.unseen == 1;  // a table of events
  return fmt::format(
      "{:.1f} % of a twin's records are learned ones (of unseen real records {:.1f} %){}; AUC of "
      "membership inference {:.3f}",
      kPercent * records.twin, kPercent * records.unseen,
      one_tuple ? ""
                : fmt::format(", {:.1f} % of its five-tuples ({:.1f} %)", kPercent * tuples.twin,
                              kPercent * tuples.unseen),
      membership.twin);
}

CopyCheck check_copies(const CopySides& sides, std::size_t time) {
  CopyCheck check;
  check.learned = sides.learned.rows.size();
  check.held_out = sides.held_out.rows.size();
  check.records = rate_of(sides, [&](const std::vector<Key>& row) { return hash_of(row, time); });
  check.tuples = rate_of(sides, [](const std::vector<Key>& row) { return tuple_of(row); });
  check.membership = membership_of(sides);
  return check;
}

nlohmann::ordered_json to_json(const CopyCheck& check) {
  return {{"records", rate_json(check.records)},
          {"five_tuples", rate_json(check.tuples)},
          {"membership_auc", rate_json(check.membership)},
          {"learned", check.learned},
          {"held_out", check.held_out},
          {"exceeds", check.exceeds()}};
}

CopyCheck copy_check_from(const json& object) {
  CopyCheck check;
  check.records = rate_from(object.at("records"));
  check.tuples = rate_from(object.at("five_tuples"));
  check.membership = rate_from(object.at("membership_auc"));
  object.at("learned").get_to(check.learned);
  object.at("held_out").get_to(check.held_out);
  return check;
}

}  // namespace tracetwin
