#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "evaluate/evaluate.h"
#include "evaluate/suite.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Every trace that takes part.
struct Cast {
  std::unique_ptr<Sample> real;
  std::vector<std::unique_ptr<Sample>> synthetic;
  std::unique_ptr<Sample> holdout;  ///< nullptr: none
  std::unique_ptr<Sample> half;     ///< of the real trace; its other half plays the synthetic one
  std::unique_ptr<Sample> other_half;
  std::unique_ptr<Sample> fresh;  ///< halves of the hold-out, for the floor of safety
  std::unique_ptr<Sample> unseen;
  std::string label;    ///< column of labels; empty: none
  std::string divided;  ///< how the real trace was halved
};

/// Of the real trace, the synthetic ones and the hold-out if there is one, in that order.
Cast cast_of(std::vector<Columns> traces, const EvaluateJob& job, const Progress& progress);

/// Which traces play which part in a run of the suite.
enum class Role { kSynthetic, kFloor, kMemoriser };

/// What `scorer` works on in that role. `which`: the synthetic trace (kFloor: that the floor of
/// safety is for).
Setting setting_of(const Cast& cast, const Scorer& scorer, Role role, std::size_t which,
                   std::uint64_t seed);

}  // namespace tracetwin::evaluate
