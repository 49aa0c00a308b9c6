#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "cli/tune_trial.h"
#include "work/site.h"

namespace tracetwin::cli {

/// A search among candidates.
struct Search {
  const Bench& bench;
  std::vector<tune::Candidate> candidates;  ///< the preset first
  double rows = 0;                          ///< records (conversations) of the learned half
  double network_seconds = 0;               ///< of the last rung
  std::chrono::steady_clock::time_point end = {};
  unsigned side_by_side = 1;
  work::Site site = {};  ///< trials that its folder has are not done again
  std::function<void(const std::string&)> note = {};
};

/// As good as real data, but for this much: a search that has it ends.
inline constexpr double kEnough = 0.995;

/// Successive halving with the presets in every rung. Ends with the rung in which time runs out,
/// or, once all records are learned, early when the best candidate's score is `enough`.
struct Found {
  std::vector<tune::Entry> leaderboard;  ///< best first: those that came furthest, by score
  std::size_t rungs = 0;                 ///< planned
  bool complete = true;
};
Found search(const Search& search, double enough);

}  // namespace tracetwin::cli
