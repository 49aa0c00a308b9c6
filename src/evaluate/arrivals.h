#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// The arrivals of a trace counted in windows of one length. Only windows that are not empty are
/// held, so memory does not grow with the span.
class WindowCounts {
 public:
  /// Windows of `width_ns` from the first time on; `times` ascending, not empty. What lies behind
  /// the last whole window is counted in that.
  WindowCounts(std::span<const std::int64_t> times, std::int64_t width_ns);

  std::uint64_t windows() const { return windows_; }
  double mean() const;
  /// Variance over mean of the counts: 1 for a Poisson process, more for bursts.
  double dispersion() const;
  /// Correlations of counts 1, 2, … `lags` windows apart; 0 when all counts are equal or for a lag
  /// that is too long.
  std::vector<double> autocorrelations(std::size_t lags) const;
  /// Hurst exponent by aggregated variance: 1 plus half the slope of the logarithm of the variance
  /// of means over m = 1, 2, 4, … windows against that of m, while there are 16 means at least. 0.5
  /// for independent counts; NaN when there are fewer than three such m.
  double hurst() const;

 private:
  struct Window {
    std::uint64_t at;
    double count;
  };
  double squares_off_mean() const;

  std::vector<Window> filled_;
  std::uint64_t windows_ = 1;
  double arrivals_ = 0;
};

/// When records arrive: burstiness and autocorrelation in windows of 10 ms to 10 minutes, Hurst
/// exponents, gaps between records, and the course of the load.
Group arrivals_group(const Pair& pair);

/// The lengths of windows that arrivals are counted in.
struct TimeScale {
  std::int64_t width_ns;
  const char* id;
  const char* name;
};
std::span<const TimeScale> time_scales();

}  // namespace tracetwin::evaluate
