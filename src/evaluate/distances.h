#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tracetwin::evaluate {

/// A count that was added up as a double; the largest there is when it does not fit, 0 when
/// negative or no number.
std::uint64_t whole_number(double value);

/// Jensen-Shannon divergence of two histograms over the same cells, natural logarithm (at most
/// ln 2), each normalised to 1; NaN when either is empty. Lin 1991; the square of SciPy's distance.
double jsd(std::span<const double> a, std::span<const double> b);

/// NetShare's popularity divergence: jsd() of the counts of each, largest first, the shorter
/// filled up with zeros.
double rank_jsd(std::vector<double> a, std::vector<double> b);

/// Total variation of two histograms over the same cells, each normalised to 1; 0 to 1.
double total_variation(std::span<const double> a, std::span<const double> b);

/// Share of the cells that either fills which both fill (Jaccard of the supports).
double support_overlap(std::span<const double> a, std::span<const double> b);

/// How far two samples of numbers are apart.
struct NumberDistances {
  double emd = 0;        ///< Wasserstein-1 of the raw values
  double emd_range = 0;  ///< … over the real sample's range; NaN when that is 0 and emd is not
  double emd_log = 0;    ///< the same of sign(x) log(1 + |x|); NaN when the real range is 0
  double ks = 0;         ///< largest difference of the distribution functions
  double outside = 0;    ///< share of synthetic values outside the real range
};

/// Both samples ascending and not empty.
NumberDistances compare_sorted(std::span<const double> real, std::span<const double> synthetic);
/// Sorts first. All NaN when either is empty.
NumberDistances compare_numbers(std::vector<double> real, std::vector<double> synthetic);

/// Puts numbers (none of them NaN) in ascending order; by radix where there are many.
void sort_ascending(std::vector<double>& values);

/// Counts of each code below `cells`.
std::vector<double> count_codes(std::span<const std::uint32_t> codes, std::size_t cells);
std::vector<double> count_codes(std::span<const std::uint16_t> codes, std::size_t cells);
std::vector<double> count_codes(std::span<const std::uint8_t> codes, std::size_t cells);

/// Correlation of the ranks (ties share their mean rank); NaN when either side is constant.
double spearman(std::span<const double> x, std::span<const double> y);

/// Correlation of the values; NaN when either side is constant.
double pearson(std::span<const double> x, std::span<const double> y);

/// Ranks from 1, ties sharing their mean.
std::vector<double> ranks(std::span<const double> values);

/// Value below which the share `q` of `sorted` (ascending, not empty) lies, with linear
/// interpolation between neighbours (Hyndman and Fan's type 7).
double quantile(std::span<const double> sorted, double q);
/// The same of `rows` values (at least one), of which `at(i)` is the i-th in ascending order.
template <class At>
double quantile_of(std::size_t rows, double q, const At& at) {
  const double place = q * static_cast<double>(rows - 1);
  const auto below = static_cast<std::size_t>(place);
  const double low = at(below);
  const double high = at(std::min(below + 1, rows - 1));
  const double share = place - static_cast<double>(below);
  // From the nearer neighbour, so that both ends are met exactly.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

double mean(std::span<const double> values);
/// Population standard deviation.
double deviation(std::span<const double> values);

}  // namespace tracetwin::evaluate
