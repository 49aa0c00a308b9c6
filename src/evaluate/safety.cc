#include "evaluate/safety.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "evaluate/distances.h"
#include "evaluate/nearest.h"
#include "evaluate/sampling.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr double kPercent = 100;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kQueries = 2000;
constexpr std::size_t kReferences = 8000;
constexpr std::size_t kRareRows = 3;
constexpr std::uint64_t kStream = 0x5afe;

/// 64 bits for each row's values but the time; rows of aligned traces with equal values have equal
/// keys.
std::vector<std::uint64_t> row_keys(const Columns& columns, const Columns& other) {
  std::vector<std::uint64_t> keys;
  keys.reserve(columns.rows());
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    keys.push_back(tuple_key(columns, row));
  }
  const auto add = [&](auto value_of) {
    for (std::size_t row = 0; row < keys.size(); ++row) {
      keys[row] = mix(keys[row], value_of(row));
    }
  };
  for (const CategoryColumn& category : columns.categories) {
    if (other.category(category.name) != nullptr) {
      add([&](std::size_t row) { return std::uint64_t{category.codes[row]}; });
    }
  }
  for (const NumberColumn& number : columns.numbers) {
    add([&](std::size_t row) { return std::bit_cast<std::uint64_t>(number.values[row]); });
  }
  return keys;
}

void add_times(const Columns& columns, std::vector<std::uint64_t>& keys) {
  for (std::size_t row = 0; row < keys.size(); ++row) {
    keys[row] = mix(keys[row], static_cast<std::uint64_t>(columns.time_ns[row]));
  }
}

/// Percent of `keys` that are among `known`.
double percent_known(const std::vector<std::uint64_t>& keys,
                     const std::vector<std::uint64_t>& known) {
  const KeySet all(known);
  std::size_t hits = 0;
  for (const std::uint64_t key : keys) {
    hits += all.contains(key) ? 1 : 0;
  }
  return kPercent * static_cast<double>(hits) / static_cast<double>(keys.size());
}

std::vector<std::uint64_t> keys_of_tuples(const Sample& sample) {
  std::vector<std::uint64_t> keys;
  keys.reserve(sample.rows());
  for (const std::uint32_t tuple : sample.tuples.of_row) {
    keys.push_back(sample.tuples.keys[tuple]);
  }
  return keys;
}

/// Percent of `codes` that are among `known`; all below `codes_in_all`.
double percent_known(const std::vector<std::uint32_t>& codes,
                     const std::vector<std::uint32_t>& known, std::size_t codes_in_all) {
  const auto counts = count_codes(known, codes_in_all);
  const auto hits = std::ranges::count_if(codes, [&](std::uint32_t c) { return counts[c] > 0; });
  return kPercent * static_cast<double>(hits) / static_cast<double>(codes.size());
}

Metric percent_metric(std::string id, std::string name, std::string explain,
                      std::optional<Marks> marks) {
  return {.id = std::move(id),
          .name = std::move(name),
          .explain = std::move(explain),
          .unit = "%",
          .better = marks ? Better::kLower : Better::kNone,
          .high = kPercent,
          .marks = marks};
}

Group copies(const Pair& pair) {
  GroupBuilder group("copies", "Copies",
                     "Records of the twin that stand in the real trace as they are. Compare with "
                     "the floor: fresh real records repeat old ones, too.");
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  auto real_keys = row_keys(real, synthetic);
  auto synthetic_keys = row_keys(synthetic, real);
  group.add(percent_metric("rows", "Exact copies, time aside",
                           "Share of the synthetic records all of whose values occur together in "
                           "one real record.",
                           Marks{1, 5}),
            percent_known(synthetic_keys, real_keys));
  add_times(real, real_keys);
  add_times(synthetic, synthetic_keys);
  group.add(percent_metric("rows_with_time", "Exact copies, time included",
                           "The same with the time: hardly ever by chance.", Marks{0.1, 1}),
            percent_known(synthetic_keys, real_keys));
  group.add(percent_metric("five_tuples", "Records with a real five-tuple",
                           "Share of the synthetic records whose addresses, ports and protocol "
                           "occur together in the real trace.",
                           Marks{2, 10}),
            percent_known(keys_of_tuples(pair.synthetic), pair.real.tuples.keys));
  group.add(percent_metric("srcip", "Records with a real source address",
                           "Share of the synthetic records whose source is one in the real trace.",
                           std::nullopt),
            percent_known(synthetic.src, real.src, real.addresses->size()));
  group.add(percent_metric("dstip", "Records with a real destination address",
                           "Share of the synthetic records whose destination is one in the real "
                           "trace.",
                           std::nullopt),
            percent_known(synthetic.dst, real.dst, real.addresses->size()));
  return group.take();
}

/// Rows in which each address occurs, either way.
std::vector<double> address_rows(const Columns& columns) {
  std::vector<double> rows = count_codes(columns.src, columns.addresses->size());
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    rows[columns.dst[row]] += columns.dst[row] != columns.src[row] ? 1 : 0;
  }
  return rows;
}

/// The pairs of addresses that talk, each once, as hashes.
std::vector<std::uint64_t> address_pairs(const Columns& columns) {
  std::vector<std::uint64_t> pairs;
  KeySet seen;
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    const std::uint64_t pair = mix(columns.src[row], columns.dst[row]);
    if (seen.insert(pair)) {
      pairs.push_back(pair);
    }
  }
  return pairs;
}

/// So many of the real addresses with at most `most_rows` rows, and those that the twin has.
struct Recovered {
  double all = 0;
  double found = 0;
  double percent() const { return all > 0 ? kPercent * found / all : kNan; }
};

Recovered recovered(const std::vector<double>& real, const std::vector<double>& synthetic,
                    double most_rows) {
  Recovered counts;
  for (std::size_t i = 0; i < real.size(); ++i) {
    if (real[i] > 0 && real[i] <= most_rows) {
      ++counts.all;
      counts.found += synthetic[i] > 0 ? 1 : 0;
    }
  }
  return counts;
}

/// Two standard errors more than the usual for a share of `all`, so that few addresses decide
/// nothing.
Marks marks_for_share_of(double all) {
  const double errors = kPercent / std::sqrt(std::max(all, 1.0));
  return {2 + errors, 10 + errors};
}

Group identifiers(const Pair& pair) {
  GroupBuilder group("identifiers", "Identifiers recovered",
                     "What a reader of the twin learns about who was there; chance and public "
                     "knowledge recover some, as the floor shows.");
  const auto real = address_rows(pair.real.columns);
  const auto synthetic = address_rows(pair.synthetic.columns);
  group.add(
      percent_metric("addresses", "Real addresses recovered",
                     "Share of the real trace's addresses that occur in the twin.", std::nullopt),
      recovered(real, synthetic, std::numeric_limits<double>::infinity()).percent());
  const Recovered rare = recovered(real, synthetic, kRareRows);
  group.add(percent_metric("rare_addresses", "Rare real addresses recovered",
                           "The same for addresses that occur in at most three real records: these "
                           "are individuals.",
                           marks_for_share_of(rare.all)),
            rare.percent(), "no real address is that rare");
  group.add(percent_metric("pairs", "Real address pairs recovered",
                           "Share of the pairs that talk in the real trace that talk in the twin.",
                           std::nullopt),
            percent_known(address_pairs(pair.real.columns), address_pairs(pair.synthetic.columns)));
  return group.take();
}

/// Rows that distances are taken between.
struct Cast {
  RowMetric metric;
  RowMetric::Points learned;    ///< of the training data
  RowMetric::Points fresh;      ///< never learned; of the training data's other half without one
  RowMetric::Points synthetic;  ///< those asked about
  RowMetric::Points reference;  ///< fresh rows asked about in the same way
};

Cast cast_of(const Pair& pair, const Sample* holdout, Random& random) {
  const Columns& real = pair.real.columns;
  Cast cast{RowMetric(real, pair.synthetic.columns), {}, {}, {}, {}};
  const auto synthetic = some_of(pair.synthetic.rows(), kQueries, random);
  cast.synthetic = cast.metric.points(pair.synthetic.columns, synthetic);
  if (holdout != nullptr) {
    const std::size_t most = std::min({kReferences, pair.real.rows(), holdout->rows()});
    cast.learned = cast.metric.points(real, some_of(pair.real.rows(), most, random));
    cast.fresh = cast.metric.points(holdout->columns, some_of(holdout->rows(), most, random));
    cast.reference =
        cast.metric.points(holdout->columns, some_of(holdout->rows(), kQueries, random));
    return cast;
  }
  std::vector<std::uint32_t> all = some_of(pair.real.rows(), pair.real.rows(), random);
  random.shuffle(std::span(all));
  const std::size_t half = all.size() / 2;
  const std::span<const std::uint32_t> rows(all);
  cast.learned = cast.metric.points(real, rows.first(std::min(half, kReferences)));
  cast.reference = cast.metric.points(real, rows.subspan(half, std::min(half, kQueries)));
  return cast;
}

double share_of_zeros(const std::vector<double>& values) {
  return kPercent * static_cast<double>(std::ranges::count(values, 0.0)) /
         static_cast<double>(values.size());
}

double low_ratio(const Neighbours& neighbours) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < neighbours.first.size(); ++i) {
    const double second = neighbours.second[i];
    ratios.push_back(second > 0 ? neighbours.first[i] / second : 1);
  }
  std::ranges::sort(ratios);
  return ratios.empty() ? kNan : quantile(ratios, 0.05);
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? kNan : quantile(values, 0.5);
}

double ratio(double above, double below) {
  return below > 0 ? above / below : kNan;
}

Group distances(const Cast& cast, const Neighbours& synthetic) {
  GroupBuilder group("nearest", "Nearest neighbours (information)",
                     "Distances to the closest real record, beside those of fresh real records. "
                     "Closer than these is an alarm; further proves nothing.");
  const Neighbours fresh = nearest(cast.reference, cast.learned);
  const auto info = [](std::string id, std::string name, std::string explain, std::string unit) {
    return Metric{.id = std::move(id),
                  .name = std::move(name),
                  .explain = std::move(explain),
                  .unit = std::move(unit),
                  .better = Better::kNone};
  };
  group.add(info("mean_ratio", "Mean distance to the closest record, over that of fresh records",
                 "Below 1 the twin is closer to the training data than real data is.", ""),
            ratio(mean(synthetic.first), mean(fresh.first)), "fresh records are all copies");
  group.add(info("median_ratio", "Median of the same", "As above, for the middle record.", ""),
            ratio(median_of(synthetic.first), median_of(fresh.first)),
            "most fresh records are copies");
  group.add(
      info("zero", "Records at distance 0", "Share with a real record equal in all but time.", "%"),
      share_of_zeros(synthetic.first));
  group.add(info("zero_fresh", "Fresh records at distance 0",
                 "The same for real records that were not learned.", "%"),
            share_of_zeros(fresh.first));
  group.add(info("ratio_p5", "Nearest over second nearest, 5 % quantile",
                 "Near 0: some synthetic records sit on one real record alone.", ""),
            low_ratio(synthetic));
  return group.take();
}

double closer_share(const std::vector<double>& learned, const std::vector<double>& fresh) {
  double closer = 0;
  for (std::size_t i = 0; i < learned.size(); ++i) {
    closer += learned[i] < fresh[i] ? 1 : learned[i] == fresh[i] ? 0.5 : 0;
  }
  return closer / static_cast<double>(learned.size());
}

std::vector<double> negated(std::vector<double> values) {
  for (double& value : values) {
    value = -value;
  }
  return values;
}

double true_positives_at(const std::vector<double>& members, std::vector<double> others,
                         double false_positives) {
  std::ranges::sort(others);
  const double threshold = quantile(others, 1 - false_positives);
  const auto caught = std::ranges::count_if(members, [&](double m) { return m > threshold; });
  return static_cast<double>(caught) / static_cast<double>(members.size());
}

struct Membership {
  double closer = kNan;
  double auc = kNan;
  double caught = kNan;
};

Membership membership(const Pair& pair, const Sample& holdout, const Cast& cast,
                      const Neighbours& synthetic, Random& random) {
  const auto some = [&](const RowMetric::Points& points) { return points.size(); };
  const RowMetric::Points many = cast.metric.points(
      pair.synthetic.columns, some_of(pair.synthetic.rows(), kReferences, random));
  const std::size_t asked = std::min({kQueries, some(cast.learned), some(cast.fresh)});
  const auto members =
      cast.metric.points(pair.real.columns, some_of(pair.real.rows(), asked, random));
  const auto others = cast.metric.points(holdout.columns, some_of(holdout.rows(), asked, random));
  const auto member_scores = negated(nearest(members, many).first);
  const auto other_scores = negated(nearest(others, many).first);
  return {closer_share(synthetic.first, nearest(cast.synthetic, cast.fresh).first),
          area_under_curve(member_scores, other_scores),
          true_positives_at(member_scores, other_scores, 0.01)};
}

Group inference(const Membership& found) {
  const std::string why = "no hold-out was given (--holdout)";
  GroupBuilder group("membership", "Membership inference",
                     "Whether the twin tells which records it was learned from, against records of "
                     "the hold-out, which it never saw.");
  group.add({.id = "closer",
             .name = "Closer to the training data than to the hold-out",
             .explain = "Share of the synthetic records nearer to a learned record than to a "
                        "fresh one; 0.5 is right.",
             .high = 1,
             .marks = Marks{0.05, 0.1}},
            found.closer, why);
  group.add({.id = "auc",
             .name = "AUC of a distance attack",
             .explain = "How well nearness to the twin tells learned from fresh records: 0.5 is a "
                        "coin, 1 is certainty.",
             .high = 1,
             .marks = Marks{0.05, 0.1}},
            found.auc, why);
  group.add({.id = "caught",
             .name = "Members caught at 1 % false alarms",
             .explain = "Share of the learned records that the attack names while it accuses one "
                        "fresh record in a hundred; 0.01 is chance.",
             .high = 1,
             .marks = Marks{0.02, 0.1}},
            found.caught, why);
  return group.take();
}

}  // namespace

double area_under_curve(const std::vector<double>& positive, const std::vector<double>& negative) {
  if (positive.empty() || negative.empty()) {
    return kNan;
  }
  std::vector<double> all = positive;
  all.insert(all.end(), negative.begin(), negative.end());
  const std::vector<double> ranked = ranks(all);
  double sum = 0;
  for (std::size_t i = 0; i < positive.size(); ++i) {
    sum += ranked[i];
  }
  const auto p = static_cast<double>(positive.size());
  const auto n = static_cast<double>(negative.size());
  return (sum - p * (p + 1) / 2) / (p * n);
}

std::vector<Group> safety_groups(const Pair& pair, const Sample* holdout, std::uint64_t seed) {
  constexpr std::size_t kFewest = 8;
  std::vector<Group> groups = {copies(pair), identifiers(pair)};
  if (pair.real.rows() < kFewest || pair.synthetic.rows() < 2 ||
      (holdout != nullptr && holdout->rows() < 2)) {
    groups.push_back(inference({}));
    return groups;
  }
  Random random(seed, kStream);
  const Cast cast = cast_of(pair, holdout, random);
  const Neighbours synthetic = nearest(cast.synthetic, cast.learned);
  const Membership found =
      holdout != nullptr ? membership(pair, *holdout, cast, synthetic, random) : Membership{};
  groups.push_back(inference(found));
  groups.push_back(distances(cast, synthetic));
  return groups;
}

}  // namespace tracetwin::evaluate
