#pragma once

#include <cstdint>
#include <span>

namespace tracetwin::audit {

/// Both ends included.
struct Interval {
  double low = 0;
  double high = 0;
};

/// Exact interval of a binomial proportion (Clopper and Pearson 1934): covers the true one with
/// probability `confidence` at least, and each of its ends alone errs with probability (1 -
/// confidence) / 2 at most. Throws Error unless successes <= trials, trials > 0 and 0 < confidence
/// < 1.
Interval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence);

/// An (epsilon, delta)-private mechanism lets nobody tell two neighbours apart with a rate
/// of false alarms F and of misses M unless 1 - delta - M <= e^epsilon F, and the same with F and M
/// exchanged (Kairouz, Oh, Viswanath 2015). So rates of at most F and M prove this epsilon; never
/// below 0. Both in (0, 1].
double proven_epsilon(double most_false_alarms, double most_misses, double delta);

/// proven_epsilon() of a distinguisher that made no error in `trials` runs of each world: more
/// than this cannot be proven with so few.
double provable_epsilon(std::uint64_t trials, double delta, double confidence);

/// How far the means of two samples lie apart, in pooled standard deviations, with a large-sample
/// interval.
struct Separation {
  double estimate = 0;  ///< >= 0; infinite when both samples are constant and differ
  Interval interval;
};
/// Each sample has two values at least (throws Error).
Separation separation(std::span<const double> without, std::span<const double> with,
                      double confidence);

/// The largest separation that rho-zCDP allows, for any statistic: the mean cannot move by more
/// than its standard deviation times sqrt(chi-square divergence) (Hammersley, Chapman, Robbins),
/// and that divergence is e^D - 1 with D, the Renyi divergence of order 2, at most 2 rho.
double separation_bound(double rho);

}  // namespace tracetwin::audit
