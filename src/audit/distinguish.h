#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "audit/statistics.h"

namespace tracetwin::audit {

/// Scores of two groups that an attacker wants to tell apart (runs without and with the canary,
/// records outside and inside of the training half): [attack][trial], equally many attacks.
struct Scores {
  std::vector<std::vector<double>> without;
  std::vector<std::vector<double>> with;
};

/// A rule "says with" when the score of one attack is at or above (or below) a threshold.
struct Rule {
  std::size_t attack = 0;
  double threshold = 0;
  bool above = true;
};

/// What a rule was worth in trials that it was not chosen on.
struct Outcome {
  Rule rule;
  std::uint64_t false_alarms = 0;  ///< "with" said of a trial without
  std::uint64_t misses = 0;
  std::uint64_t trials_without = 0;
  std::uint64_t trials_with = 0;
  double epsilon = 0;  ///< proven at the audit's confidence
  /// Hits minus false alarms, as rates: what "membership inference advantage" means.
  double advantage = 0;
  Interval advantage_interval;  ///< at that confidence
};

/// What a rule is chosen for.
enum class Aim { kEpsilon, kAdvantage };

/// Chooses the best rule on the trials with even numbers and tests it on the others, so that the
/// choice among attacks and thresholds costs no confidence. Each group has four trials at least
/// (throws Error). Both rates of errors stay within what is reported with probability `confidence`.
Outcome distinguish(const Scores& scores, Aim aim, double delta, double confidence);

}  // namespace tracetwin::audit
