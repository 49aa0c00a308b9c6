#include "evaluate/suite.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "evaluate/anomaly.h"
#include "evaluate/arrivals.h"
#include "evaluate/coverage.h"
#include "evaluate/fields.h"
#include "evaluate/heavy_hitters.h"
#include "evaluate/part_bytes.h"
#include "evaluate/prediction.h"
#include "evaluate/safety.h"
#include "evaluate/structure.h"
#include "evaluate/two_sample.h"
#include "evaluate/validity.h"

namespace tracetwin::evaluate {
namespace {

Part score_fields(const Setting& setting) {
  return {field_groups(setting.pair)};
}

Part score_coverage(const Setting& setting) {
  return {{coverage_group(setting.pair, setting.seed)}};
}

Part score_structure(const Setting& setting) {
  std::vector<Group> groups = {structure_group(setting.pair)};
  if (!setting.pair.real.columns.events) {
    groups.push_back(talkers_group(setting.pair));
  }
  return {std::move(groups)};
}

Part score_arrivals(const Setting& setting) {
  return {{arrivals_group(setting.pair)}};
}

Part score_anomaly(const Setting& setting) {
  return {{anomaly_group(setting.pair, setting.seed)}};
}

Part score_safety(const Setting& setting) {
  return {safety_groups(setting.pair, setting.holdout, setting.seed, setting.terms)};
}

Part score_validity(const Setting& setting) {
  return {validity_groups(setting.pair)};
}

/// Parts one after the other; what belongs to a group that is there already goes behind it.
Part joined(const Setting&, std::span<const std::string> made) {
  Part all;
  for (const std::string& bytes : made) {
    Part part = parse_part(bytes);
    for (Group& group : part.groups) {
      const auto same = std::ranges::find(all.groups, group.id, &Group::id);
      if (same == all.groups.end()) {
        all.groups.push_back(std::move(group));
      } else {
        std::ranges::move(group.metrics, std::back_inserter(same->metrics));
      }
    }
  }
  return all;
}

template <Part (*kScore)(const Setting&)>
constexpr Work in_one() {
  return {[](const Setting&) { return std::size_t{1}; },
          [](const Setting& setting, std::size_t) { return bytes_of(kScore(setting)); }, joined};
}

/// Shares of the records, which are counted, then what is measured apart.
constexpr std::size_t kApartFromCounts = 2;

std::size_t joint_pieces(const Setting& setting) {
  return joint_shares(setting.pair) + kApartFromCounts;
}

std::string make_joint(const Setting& setting, std::size_t piece) {
  const std::size_t shares = joint_shares(setting.pair);
  if (piece < shares) {
    return count_joint(setting.pair, setting.label, piece);
  }
  return bytes_of({{piece == shares ? correlation_group(setting.pair)
                                    : query_group(setting.pair, setting.seed)}});
}

Part join_joint(const Setting& setting, std::span<const std::string> made) {
  const std::size_t shares = made.size() - kApartFromCounts;
  JointCounts counts;
  for (const std::string& bytes : made.first(shares)) {
    add_counts(bytes, counts);
  }
  const bool lacks_label = setting.pair.real.columns.category(setting.label) != nullptr &&
                           setting.pair.synthetic.columns.category(setting.label) == nullptr;
  JointScores scores = joint_scores(counts, setting.label, lacks_label);
  const Part apart = joined(setting, made.subspan(shares));
  std::ranges::copy(apart.groups.front().metrics, std::back_inserter(scores.group.metrics));
  return {{std::move(scores.group)}, std::move(scores.pairs)};
}

constexpr Work kJoint = {joint_pieces, make_joint, join_joint};

constexpr Work kTwoSample = {
    [](const Setting& setting) { return two_sample_tests(setting.pair.real.columns); },
    [](const Setting& setting, std::size_t test) {
      return bytes_of({{two_sample_group(setting.pair, setting.seed, test)}});
    },
    joined};

constexpr Work kPrediction = {[](const Setting&) { return kClassifiers; },
                              [](const Setting& setting, std::size_t classifier) {
                                return predict(setting.pair, setting.label, setting.seed,
                                               classifier);
                              },
                              [](const Setting&, std::span<const std::string> made) {
                                return Part{{prediction_group(made)}};
                              }};

constexpr Work kSketches = {
    [](const Setting&) { return kHeavyKeys; },
    [](const Setting& setting, std::size_t key) {
      return bytes_of({{heavy_hitter_group(setting.pair, setting.seed, key)}});
    },
    joined};

}  // namespace

std::span<const Scorer> scorers() {
  static constexpr std::array kScorers = {
      Scorer{"fidelity", false, 5, true, true, in_one<score_fields>()},
      Scorer{"fidelity", false, 15, true, true, kJoint},
      Scorer{"fidelity", false, 6, true, true, in_one<score_coverage>()},
      Scorer{"fidelity", false, 10, true, true, in_one<score_structure>()},
      Scorer{"fidelity", false, 3, true, true, in_one<score_arrivals>()},
      Scorer{"fidelity", true, 300, true, true, kTwoSample},
      // The floor of prediction is what the real trace teaches, which every run measures itself.
      Scorer{"usefulness", true, 400, false, true, kPrediction},
      Scorer{"usefulness", false, 4, true, true, kSketches},
      Scorer{"usefulness", true, 900, true, true, in_one<score_anomaly>(), true},
      Scorer{"safety", false, 20, true, true, in_one<score_safety>()},
      Scorer{"validity", false, 3, false, true, in_one<score_validity>(), true},
  };
  return kScorers;
}

}  // namespace tracetwin::evaluate
