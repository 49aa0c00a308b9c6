#include "evaluate/arrivals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::uint64_t kFewestWindows = 20;
constexpr std::size_t kLags = 20;

std::vector<double> gaps(const Columns& columns) {
  std::vector<double> found;
  for (std::size_t row = 1; row < columns.rows(); ++row) {
    found.push_back(static_cast<double>(columns.time_ns[row] - columns.time_ns[row - 1]) /
                    kNsPerSecond);
  }
  return found;
}

double span_of(const Columns& columns) {
  return static_cast<double>(columns.time_ns.back() - columns.time_ns.front()) / kNsPerSecond;
}

double log2_ratio(double real, double synthetic) {
  return real > 0 && synthetic > 0 ? std::abs(std::log2(synthetic / real)) : kNan;
}

/// Mean difference of 51 quantile times after scaling both traces to 0 … 1.
double load_gap(const Columns& real, const Columns& synthetic) {
  constexpr int kSteps = 50;
  const auto course = [](const Columns& columns, double share) {
    const double place = share * static_cast<double>(columns.rows() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, columns.rows() - 1);
    const auto time = [&](std::size_t row) {
      return static_cast<double>(columns.time_ns[row] - columns.time_ns.front()) / kNsPerSecond;
    };
    const double at =
        time(below) + (place - static_cast<double>(below)) * (time(above) - time(below));
    const double span = span_of(columns);
    return span > 0 ? at / span : 0;
  };
  double sum = 0;
  for (int step = 0; step <= kSteps; ++step) {
    const double share = static_cast<double>(step) / kSteps;
    sum += std::abs(course(real, share) - course(synthetic, share));
  }
  return sum / (kSteps + 1);
}

/// Of the line of least squares.
double slope(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean(x);
  const double mean_y = mean(y);
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / xx;
}

/// In windows of ten mean gaps of the real trace.
double hurst_gap(const Columns& real, const Columns& synthetic) {
  const auto span = static_cast<double>(real.time_ns.back() - real.time_ns.front());
  const auto width = std::max(std::llround(10 * span / static_cast<double>(real.rows())), 1LL);
  return std::abs(WindowCounts(real.time_ns, width).hurst() -
                  WindowCounts(synthetic.time_ns, width).hurst());
}

void add_scale(GroupBuilder& group, const TimeScale& scale, const Columns& real,
               const Columns& synthetic) {
  double burstiness = kNan;
  double correlation = kNan;
  const WindowCounts a(real.time_ns, scale.width_ns);
  const WindowCounts b(synthetic.time_ns, scale.width_ns);
  if (a.windows() >= kFewestWindows && b.windows() >= kFewestWindows) {
    burstiness = log2_ratio(a.dispersion(), b.dispersion());
    const auto of_a = a.autocorrelations(kLags);
    const auto of_b = b.autocorrelations(kLags);
    correlation = 0;
    for (std::size_t i = 0; i < kLags; ++i) {
      correlation += std::abs(of_a[i] - of_b[i]) / kLags;
    }
  }
  const std::string why = "the trace is shorter than twenty such windows";
  group.add({.id = fmt::format("burstiness.{}", scale.id),
             .name = fmt::format("Burstiness in windows of {}", scale.name),
             .explain = "How many times the variance of the counts over their mean doubles or "
                        "halves from one trace to the other.",
             .unit = "doublings",
             .marks = Marks{0.5, 1.5}},
            burstiness, why);
  group.add({.id = fmt::format("autocorrelation.{}", scale.id),
             .name = fmt::format("Autocorrelation in windows of {}", scale.name),
             .explain = "Mean difference of the correlations between counts 1 to 20 windows apart.",
             .high = 2,
             .marks = Marks{0.05, 0.2}},
            correlation, why);
}

}  // namespace

WindowCounts::WindowCounts(std::span<const std::int64_t> times, std::int64_t width_ns) {
  const std::int64_t first = times.front();
  const auto width = static_cast<std::uint64_t>(width_ns);
  const auto span = static_cast<std::uint64_t>(times.back() - first);
  windows_ = std::max<std::uint64_t>(1, span / width);
  for (const std::int64_t time : times) {
    const std::uint64_t at =
        std::min(static_cast<std::uint64_t>(time - first) / width, windows_ - 1);
    if (filled_.empty() || filled_.back().at != at) {
      filled_.push_back({at, 0});
    }
    ++filled_.back().count;
  }
  arrivals_ = static_cast<double>(times.size());
}

double WindowCounts::mean() const {
  return arrivals_ / static_cast<double>(windows_);
}

double WindowCounts::squares_off_mean() const {
  double squares = 0;
  for (const Window& window : filled_) {
    squares += window.count * window.count;
  }
  return squares - static_cast<double>(windows_) * mean() * mean();
}

double WindowCounts::dispersion() const {
  return squares_off_mean() / static_cast<double>(windows_) / mean();
}

// The sum over windows t of (c(t) - m)(c(t + lag) - m) is that of c(t) c(t + lag), which only pairs
// of filled windows add to, less m times the counts that have a partner, plus m^2 for each pair.
// All counts but those of the last (first) `lag` windows have a partner behind (before) them.
std::vector<double> WindowCounts::autocorrelations(std::size_t lags) const {
  std::vector<double> products(lags + 1);
  std::vector<double> unpaired(lags + 1);
  for (std::size_t i = 0; i < filled_.size(); ++i) {
    const Window& window = filled_[i];
    for (std::size_t j = i + 1; j < filled_.size() && filled_[j].at - window.at <= lags; ++j) {
      products[filled_[j].at - window.at] += window.count * filled_[j].count;
    }
    for (const std::uint64_t from_end : {window.at, windows_ - 1 - window.at}) {
      for (std::size_t lag = from_end + 1; lag <= lags && from_end < lags; ++lag) {
        unpaired[lag] += window.count;
      }
    }
  }
  const double squares = squares_off_mean();
  std::vector<double> found(lags);
  for (std::size_t lag = 1; lag <= lags && lag < windows_ && squares > 0; ++lag) {
    const double partnered = 2 * arrivals_ - unpaired[lag];
    const auto pairs = static_cast<double>(windows_ - lag);
    found[lag - 1] = (products[lag] - mean() * partnered + pairs * mean() * mean()) / squares;
  }
  return found;
}

double WindowCounts::hurst() const {
  constexpr std::uint64_t kFewestMeans = 16;
  std::vector<double> log_m;
  std::vector<double> log_variance;
  std::vector<Window> sums = filled_;
  for (std::uint64_t m = 1; windows_ / m >= kFewestMeans; m *= 2) {
    const std::uint64_t means = windows_ / m;
    std::vector<Window> merged;
    double sum = 0;
    double squares = 0;
    for (const Window& window : sums) {
      const std::uint64_t at = m == 1 ? window.at : window.at / 2;
      if (merged.empty() || merged.back().at != at) {
        merged.push_back({at, 0});
      }
      merged.back().count += window.count;
    }
    for (const Window& window : merged) {
      sum += window.at < means ? window.count : 0;
      squares += window.at < means ? window.count * window.count : 0;
    }
    const auto n = static_cast<double>(means);
    const double variance = (squares / n - sum / n * (sum / n)) / static_cast<double>(m * m);
    if (variance > 0) {
      log_m.push_back(std::log(static_cast<double>(m)));
      log_variance.push_back(std::log(variance));
    }
    sums = std::move(merged);
  }
  return log_m.size() < 3 ? kNan : 1 + slope(log_m, log_variance) / 2;
}

std::span<const TimeScale> time_scales() {
  static constexpr std::array kScales = {TimeScale{10'000'000, "10ms", "10 ms"},
                                         TimeScale{100'000'000, "100ms", "100 ms"},
                                         TimeScale{1'000'000'000, "1s", "1 s"},
                                         TimeScale{10'000'000'000, "10s", "10 s"},
                                         TimeScale{60'000'000'000, "1min", "1 minute"},
                                         TimeScale{600'000'000'000, "10min", "10 minutes"}};
  return kScales;
}

Group arrivals_group(const Pair& pair) {
  GroupBuilder group("arrivals", "The arrival process",
                     "When records come: in bursts or evenly, at every time scale.");
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  for (const TimeScale& scale : time_scales()) {
    add_scale(group, scale, real, synthetic);
  }
  const NumberDistances distances = compare_numbers(gaps(real), gaps(synthetic));
  group.add({.id = "ks.gap",
             .name = "KS of the gaps between records",
             .explain = "Largest difference between the cumulative distributions of the time from "
                        "one record to the next.",
             .high = 1,
             .marks = kDistanceMarks},
            distances.ks);
  group.add({.id = "hurst",
             .name = "Gap of the Hurst exponents",
             .explain = "How differently slowly bursts even out over longer times: the exponent is "
                        "0.5 for independent arrivals, near 1 for bursts at every scale.",
             .high = 1,
             .marks = Marks{0.05, 0.15}},
            hurst_gap(real, synthetic));
  group.add({.id = "load",
             .name = "Course of the load",
             .explain = "Mean difference of the moments at which 0, 2, … 100 % of the records have "
                        "come, with both traces scaled to the same span.",
             .high = 1,
             .marks = kDistanceMarks},
            load_gap(real, synthetic));
  group.add({.id = "span",
             .name = "Span",
             .explain = "How many times the span doubles or halves from one trace to the other.",
             .unit = "doublings",
             .marks = Marks{0.1, 0.5}},
            log2_ratio(span_of(real), span_of(synthetic)));
  return group.take();
}

}  // namespace tracetwin::evaluate
