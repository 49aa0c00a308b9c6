#pragma once

#include <span>

#include "dp/ledger.h"
#include "schema/field.h"

namespace tracetwin {

/// Number of releases that find_window() may make.
inline constexpr int kWindowReleases = 8;

/// Finds the span of time that holds the records, privately. Starts with 1970 … 2116 and repeats:
/// cut the window into 64 equal cells, release their noisy counts, keep from the first to the last
/// cell that stands 4.5 sigma above zero and one cell more on either side; until a cut would not
/// halve the window, would leave out more than noise, or nothing stands out. Each
/// release costs `rho_per_release`; at most kWindowReleases are made. Without a budget: the exact
/// span. Throws Error (exit 3) when not even the first release shows a cell (too few records for
/// the budget), with the remedy to give the window.
Window find_window(std::span<const std::int64_t> times_ns, double rho_per_release,
                   double l2_sensitivity, dp::Ledger& ledger);

}  // namespace tracetwin
