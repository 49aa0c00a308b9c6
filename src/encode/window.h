#pragma once

#include <cstdint>

#include "base/packed_column.h"
#include "dp/counts.h"
#include "dp/ledger.h"
#include "schema/field.h"

namespace tracetwin {

/// Number of releases that find_window() may make: the number of records, and five cuts.
inline constexpr int kWindowReleases = 6;

/// When records began and how long they lasted, in parallel. Private.
struct Spans {
  const PackedColumn& starts_ns;
  const PackedColumn& durations_us;
};

/// Finds the span of time that holds the records, privately: each counts once, half of them (by a
/// hash of the record itself) when they begin, the others when they end. Starts with 1970 … 2116
/// and repeats: cut the window into 256 equal cells, release their noisy counts, find the runs of
/// 1, 2, 4, … cells whose sums stand out of the noise, and keep from the first run to the last one,
/// and a tenth more on either side. Ends when such a cut would lose records (their number is known
/// from a release of its own), when nothing stands out (the records are spread too thinly to see
/// more) or when it would not halve the window. Each release costs `rho_per_release`; at most
/// kWindowReleases are made. Without a budget: the exact span. Throws Error (exit 3) when not even
/// the first cut shows a cell (too few records for the budget), with the remedy to give the window.
///
/// Noise alone widens the window with a probability below 1e-3 (tests/encode/window_test.cc).
Window find_window(const Spans& records, double rho_per_release, double l2_sensitivity,
                   dp::Ledger& ledger);

}  // namespace tracetwin
