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

struct Span {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

/// Calls `visit` with every record's span.
template <class Visit>
void for_each(const Spans& records, const Visit& visit) {
  std::vector<dp::Key> durations;
  std::vector<dp::Key> starts;
  for (std::size_t block = 0; block < records.starts_ns.blocks(); ++block) {
    records.starts_ns.read(block, starts);
    records.durations_us.read(block, durations);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const auto begin = static_cast<std::int64_t>(static_cast<std::uint64_t>(starts[i]));
      const auto us = static_cast<std::int64_t>(std::min(durations[i], kLongest));
      visit(Span{begin, begin + us * kMicrosecond});
    }
  }
}

Window exact_span(const Spans& records) {
  Window window = {std::numeric_limits<std::int64_t>::max(), 0};
  for_each(records, [&](const Span& span) {
    window.begin = std::min(window.begin, span.begin_ns);
    window.end = std::max(window.end, span.end_ns + 1);
  });
  return records.starts_ns.empty() ? Window{0, 1} : window;
}

std::int64_t moment(const Span& span) {
  const auto hash =
      mix(static_cast<std::uint64_t>(span.begin_ns), static_cast<std::uint64_t>(span.end_ns));
  return (hash & 1) != 0 ? span.end_ns : span.begin_ns;
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

dp::PrivateCounts counts_in(const Spans& records, const Window& window) {
  const std::int64_t width = (window.end - window.begin) / kCells;
  dp::PrivateCounts counts(kCells);
  for_each(records, [&](const Span& span) {
    const std::int64_t time = moment(span);
    if (time >= window.begin && time < window.begin + width * kCells) {
      counts.add(static_cast<std::size_t>((time - window.begin) / width));
    }
  });
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
  const auto request = [&](std::string what) {
    return dp::ReleaseRequest{"binning", std::move(what), rho_per_release, l2_sensitivity};
  };
  dp::PrivateCounts all(1);
  all.add(0, static_cast<std::int64_t>(records.starts_ns.size()));
  const auto total =
      static_cast<double>(dp::release(all, request("number of records"), ledger).values()[0]);
  Window window = kAllTime;
  for (int cut = 1; cut < kWindowReleases && window.end - window.begin >= kCells * kCells; ++cut) {
    const dp::NoisyCounts noisy = dp::release(
        counts_in(records, window), request(fmt::format("time window, cut {}", cut)), ledger);
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
