#pragma once

#include <vector>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// What protocols and common sense say about rows: shares (in percent) of the rows to which a rule
/// applies that keep it; the floor is the real trace's own share, since real traces do not keep all
/// either. Rules: NetShare's appendix (after Ring et al. 2019), and those beyond it.
/// Captures: also TCP conversations that are legal packet by packet, and checksums.
std::vector<Group> validity_groups(const Pair& pair);

}  // namespace tracetwin::evaluate
