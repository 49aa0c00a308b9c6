#include "encode/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin {
namespace {

constexpr std::int64_t kCells = 256;
constexpr Window kAllTime = {0, std::int64_t{1} << 62};
constexpr double kStandsOut = 5.6;  // sigmas; some 10,000 runs of cells are looked at in all
constexpr double kSure = 1.5;       // sigmas, of cells beside such a run
constexpr double kMayLose = 0.02;   // of the records, beyond what noise explains
constexpr double kLostSigmas = 3;
constexpr std::int64_t kMicrosecond = 1000;
constexpr dp::Key kLongest = dp::Key{1} << 43;  // microseconds, 101 days

std::int64_t start_of(const Spans& records, std::size_t i) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(records.starts_ns[i]));
}

std::int64_t end_of(const Spans& records, std::size_t i) {
  const dp::Key us = std::min(records.durations_us[i], kLongest);
  return start_of(records, i) + static_cast<std::int64_t>(us) * kMicrosecond;
}

Window exact_span(const Spans& records) {
  Window span = {std::numeric_limits<std::int64_t>::max(), 0};
  for (std::size_t i = 0; i < records.starts_ns.size(); ++i) {
    span.begin = std::min(span.begin, start_of(records, i));
    span.end = std::max(span.end, end_of(records, i) + 1);
  }
  return records.starts_ns.empty() ? Window{0, 1} : span;
}

std::vector<std::int64_t> moments(const Spans& records) {
  std::vector<std::int64_t> times;
  times.reserve(records.starts_ns.size());
  for (std::size_t i = 0; i < records.starts_ns.size(); ++i) {
    const auto hash = mix(static_cast<std::uint64_t>(records.starts_ns[i]),
                          static_cast<std::uint64_t>(records.durations_us[i]));
    times.push_back((hash & 1) != 0 ? end_of(records, i) : start_of(records, i));
  }
  return times;
}

/// Cells [first, end).
struct Run {
  std::int64_t first = 0;
  std::int64_t end = 0;

  std::int64_t cells() const { return end - first; }
};

class Cut {
 public:
  explicit Cut(const dp::NoisyCounts& noisy) : sigma_(noisy.sigma()), sums_(kCells + 1) {
    for (std::size_t i = 0; i < sums_.size() - 1; ++i) {
      sums_[i + 1] = sums_[i] + static_cast<double>(noisy.values()[i]);
    }
  }

  double sum(const Run& run) const {
    return sums_[static_cast<std::size_t>(run.end)] - sums_[static_cast<std::size_t>(run.first)];
  }
  double sigma_of(const Run& run) const {
    return sigma_ * std::sqrt(static_cast<double>(run.cells()));
  }

  /// `run` and the cells beside it that probably hold records too: as far as their sum less what
  /// noise may make of it grows, on each side at most as many as the run has.
  Run extended(Run run) const {
    double most_before = 0;
    double most_behind = 0;
    Run whole = run;
    for (std::int64_t first = run.first - 1;
         first >= std::max<std::int64_t>(0, run.first - run.cells()); --first) {
      if (sure_sum({first, run.first}) > most_before) {
        most_before = sure_sum({first, run.first});
        whole.first = first;
      }
    }
    for (std::int64_t end = run.end + 1; end <= std::min(kCells, run.end + run.cells()); ++end) {
      if (sure_sum({run.end, end}) > most_behind) {
        most_behind = sure_sum({run.end, end});
        whole.end = end;
      }
    }
    return whole;
  }

  /// From the first to the last run that stands out: single cells first, then longer runs, which
  /// are looked for only outside of what the shorter ones have found.
  std::optional<Run> found() const {
    std::optional<Run> whole;
    for (std::int64_t length = 1; length <= kCells; length *= 2) {
      Run now = whole.value_or(Run{kCells, 0});
      for (std::int64_t first = 0; first + length <= kCells; ++first) {
        const Run run{first, first + length};
        const bool outside = !whole || run.end <= whole->first || run.first >= whole->end;
        if (outside && sum(run) > std::max(1.0, kStandsOut * sigma_of(run))) {
          now = {std::min(now.first, run.first), std::max(now.end, run.end)};
        }
      }
      if (now.cells() > 0) {
        whole = now;
      }
    }
    return whole;
  }

 private:
  double sure_sum(const Run& run) const { return sum(run) - kSure * sigma_of(run); }

  double sigma_;
  std::vector<double> sums_;
};

dp::PrivateCounts counts_in(std::span<const std::int64_t> times_ns, const Window& window) {
  const std::int64_t width = (window.end - window.begin) / kCells;
  dp::PrivateCounts counts(kCells);
  for (const std::int64_t time : times_ns) {
    if (time >= window.begin && time < window.begin + width * kCells) {
      counts.add(static_cast<std::size_t>((time - window.begin) / width));
    }
  }
  return counts;
}

Window part_of(const Window& window, const Run& run) {
  const std::int64_t width = (window.end - window.begin) / kCells;
  return {window.begin + run.first * width, window.begin + run.end * width};
}

/// A tenth and a cell more on either side, where the trace may run out too thinly to be seen.
Run with_margin(const Run& run) {
  const std::int64_t margin = 1 + run.cells() / 10;
  return {std::max<std::int64_t>(0, run.first - margin), std::min(kCells, run.end + margin)};
}

}  // namespace

Window find_window(const Spans& records, double rho_per_release, double l2_sensitivity,
                   dp::Ledger& ledger) {
  if (!ledger.adds_noise()) {
    return exact_span(records);
  }
  const std::vector<std::int64_t> times_ns = moments(records);
  const auto request = [&](std::string what) {
    return dp::ReleaseRequest{"binning", std::move(what), rho_per_release, l2_sensitivity};
  };
  dp::PrivateCounts all(1);
  all.add(0, static_cast<std::int64_t>(times_ns.size()));
  const auto total =
      static_cast<double>(dp::release(all, request("number of records"), ledger).values()[0]);
  Window window = kAllTime;
  for (int cut = 1; cut < kWindowReleases && window.end - window.begin >= kCells * kCells; ++cut) {
    const dp::NoisyCounts noisy = dp::release(
        counts_in(times_ns, window), request(fmt::format("time window, cut {}", cut)), ledger);
    const Cut seen(noisy);
    const auto found = seen.found();
    if (!found && cut == 1) {
      throw Error("too few records to find their time window within this privacy budget",
                  "Give the window (--window BEGIN..END), or a larger --epsilon.",
                  ExitCode::kBudgetExceeded);
    }
    if (!found) {
      break;
    }
    const Run kept = with_margin(seen.extended(*found));
    const double lost = total - seen.sum(kept);
    if (lost > kMayLose * total + kLostSigmas * std::hypot(noisy.sigma(), seen.sigma_of(kept))) {
      break;
    }
    window = part_of(window, kept);
    if (2 * kept.cells() > kCells) {
      break;
    }
  }
  return window;
}

}  // namespace tracetwin
