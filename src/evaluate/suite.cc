#include "evaluate/suite.h"

#include <array>

#include "evaluate/fields.h"
#include "evaluate/safety.h"
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

Part score_safety(const Setting& setting) {
  return {safety_groups(setting.pair, setting.holdout, setting.seed)};
}

Part score_validity(const Setting& setting) {
  return {validity_groups(setting.pair)};
}

}  // namespace

std::span<const Scorer> scorers() {
  static constexpr std::array kScorers = {
      Scorer{"fidelity", false, true, true, score_fields},
      Scorer{"fidelity", false, true, true, score_joint},
      Scorer{"safety", false, true, true, score_safety},
      Scorer{"validity", false, false, false, score_validity},
  };
  return kScorers;
}

}  // namespace tracetwin::evaluate
