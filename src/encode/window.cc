#include "encode/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "dp/counts.h"

namespace tracetwin {
namespace {

constexpr std::int64_t kCells = 64;
constexpr Window kAllTime = {0, std::int64_t{1} << 62};
constexpr double kSigmas = 4.5;
constexpr double kLeftOutSigmas = 2.5;

Window exact_span(std::span<const std::int64_t> times_ns) {
  const auto [first, last] = std::minmax_element(times_ns.begin(), times_ns.end());
  return first == times_ns.end() ? Window{0, 1} : Window{*first, *last + 1};
}

/// The part of `window` from its first to its last cell that stands out, and one cell more on
/// either side, where the trace may run out more thinly.
std::optional<Window> trimmed(const Window& window, const dp::NoisyCounts& noisy) {
  const std::int64_t width = (window.end - window.begin) / kCells;
  const double least = std::max(1.0, kSigmas * noisy.sigma());
  std::int64_t first = kCells;
  std::int64_t last = -1;
  for (std::int64_t cell = 0; cell < kCells; ++cell) {
    if (static_cast<double>(noisy.values()[static_cast<std::size_t>(cell)]) >= least) {
      first = std::min(first, cell);
      last = cell;
    }
  }
  if (last < 0) {
    return std::nullopt;
  }
  return Window{window.begin + std::max<std::int64_t>(0, first - 1) * width,
                window.begin + std::min(kCells, last + 2) * width};
}

/// Whether a cut is worth it: it halves the window at least, and what it leaves out looks like
/// noise (a thin part of the trace may stay below the threshold cell by cell, yet not in sum).
bool is_worth_it(const Window& from, const Window& to, const dp::NoisyCounts& noisy) {
  const std::int64_t width = (from.end - from.begin) / kCells;
  double left_out = 0;
  double cells = 0;
  for (std::int64_t cell = 0; cell < kCells; ++cell) {
    const std::int64_t begin = from.begin + cell * width;
    if (begin < to.begin || begin >= to.end) {
      left_out += static_cast<double>(noisy.values()[static_cast<std::size_t>(cell)]);
      ++cells;
    }
  }
  return (to.end - to.begin) <= (from.end - from.begin) / 2 &&
         left_out <= kLeftOutSigmas * noisy.sigma() * std::sqrt(cells);
}

}  // namespace

Window find_window(std::span<const std::int64_t> times_ns, double rho_per_release,
                   double l2_sensitivity, dp::Ledger& ledger) {
  if (!ledger.adds_noise()) {
    return exact_span(times_ns);
  }
  Window window = kAllTime;
  for (int release = 0; release < kWindowReleases; ++release) {
    const std::int64_t width = (window.end - window.begin) / kCells;
    dp::PrivateCounts counts(kCells);
    for (const std::int64_t time : times_ns) {
      if (time >= window.begin && time < window.begin + width * kCells) {
        counts.add(static_cast<std::size_t>((time - window.begin) / width));
      }
    }
    const auto noisy = dp::release(counts,
                                   {"binning", fmt::format("time window, cut {}", release + 1),
                                    rho_per_release, l2_sensitivity},
                                   ledger);
    const auto next = trimmed(window, noisy);
    if (!next && release == 0) {
      throw Error("too few records to find their time window within this privacy budget",
                  "Give the window (--window BEGIN..END), or a larger --epsilon.",
                  ExitCode::kBudgetExceeded);
    }
    if (!next || !is_worth_it(window, *next, noisy) || width < kCells) {
      break;
    }
    window = *next;
  }
  return window;
}

}  // namespace tracetwin
