#pragma once

#include <cstdint>
#include <vector>

#include "evaluate/copies.h"
#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// What a synthetic trace gives away of the real one that it was learned from: copied rows and
/// identifiers, nearest-neighbour distances (information only: they prove nothing), and membership
/// inference against rows that were never learned. `holdout` may be nullptr; what needs it is then
/// absent. None of this certifies privacy. Without `terms`, all of the pair is compared.
std::vector<Group> safety_groups(const Pair& pair, const Sample* holdout, std::uint64_t seed,
                                 const EqualTerms& terms = {});

/// Area under the ROC curve of scores that should be higher for `positive`; ties count half. NaN
/// when either is empty.
double area_under_curve(const std::vector<double>& positive, const std::vector<double>& negative);

}  // namespace tracetwin::evaluate
