#include "evaluate/suite.h"

#include <array>

#include "evaluate/anomaly.h"
#include "evaluate/arrivals.h"
#include "evaluate/coverage.h"
#include "evaluate/fields.h"
#include "evaluate/heavy_hitters.h"
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

Part score_joint(const Setting& setting) {
  JointScores scores = joint_scores(setting.pair, setting.label, setting.seed);
  return {{std::move(scores.group)}, std::move(scores.pairs)};
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

Part score_two_sample(const Setting& setting) {
  return {{two_sample_group(setting.pair, setting.seed)}};
}

Part score_prediction(const Setting& setting) {
  return {{prediction_group(setting.pair, setting.label, setting.seed)}};
}

Part score_sketches(const Setting& setting) {
  return {{heavy_hitter_group(setting.pair, setting.seed)}};
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

}  // namespace

std::span<const Scorer> scorers() {
  static constexpr std::array kScorers = {
      Scorer{"fidelity", false, 5, true, true, score_fields},
      Scorer{"fidelity", false, 30, true, true, score_joint},
      Scorer{"fidelity", false, 6, true, true, score_coverage},
      Scorer{"fidelity", false, 10, true, true, score_structure},
      Scorer{"fidelity", false, 3, true, true, score_arrivals},
      Scorer{"fidelity", true, 1000, true, true, score_two_sample},
      // The floor of prediction is what the real trace teaches, which every run measures itself.
      Scorer{"usefulness", true, 2000, false, true, score_prediction},
      Scorer{"usefulness", false, 4, true, true, score_sketches},
      Scorer{"usefulness", true, 900, true, true, score_anomaly, true},
      Scorer{"safety", false, 20, true, true, score_safety},
      Scorer{"validity", false, 3, false, true, score_validity, true},
  };
  return kScorers;
}

}  // namespace tracetwin::evaluate
