#include "evaluate/safety.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "evaluate/constants.h"
#include "evaluate/copies.h"
#include "evaluate/distances.h"
#include "evaluate/nearest.h"
#include "evaluate/sampling.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kQueries = 2000;
constexpr std::size_t kReferences = 8000;
constexpr std::uint64_t kStream = 0x5afe;

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
  const Columns* unlearned = holdout == nullptr ? nullptr : &holdout->columns;
  Cast cast{RowMetric(real, {&pair.synthetic.columns, unlearned}), {}, {}, {}, {}};
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
             .marks = Marks{0.05, 0.1},
             .chance = 0.5},
            found.closer, why);
  group.add({.id = "auc",
             .name = "AUC of a distance attack",
             .explain = "How well nearness to the twin tells learned from fresh records: 0.5 is a "
                        "coin, 1 is certainty.",
             .high = 1,
             .marks = Marks{0.05, 0.1},
             .chance = 0.5},
            found.auc, why);
  group.add({.id = "caught",
             .name = "Members caught at 1 % false alarms",
             .explain = "Share of the learned records that the attack names while it accuses one "
                        "fresh record in a hundred; 0.01 is chance.",
             .high = 1,
             .marks = Marks{0.02, 0.1},
             .chance = 0.01},
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

std::vector<Group> safety_groups(const Pair& pair, const Sample* holdout, std::uint64_t seed,
                                 const EqualTerms& terms) {
  constexpr std::size_t kFewest = 8;
  std::vector<Group> groups = {equal_terms_group(pair, terms, seed), copies_group(pair)};
  if (!pair.real.columns.events) {
    groups.push_back(identifiers_group(pair));
  }
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
