#include "evaluate/distances.h"
#include "evaluate/constants.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kFew = 4096;  // values that digits are not worth while for

double total(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double squashed(double value) {
  return std::copysign(std::log1p(std::abs(value)), value);
}

template <class Code>
std::vector<double> counts(std::span<const Code> codes, std::size_t cells) {
  std::vector<std::uint64_t> whole(cells);
  for (const Code code : codes) {
    ++whole[code];
  }
  return {whole.begin(), whole.end()};
}

/// The bits of a number such that unsigned order is the numbers' order, and back.
std::uint64_t ordered_bits(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return bits >> 63 != 0 ? ~bits : bits | std::uint64_t{1} << 63;
}
double from_ordered_bits(std::uint64_t bits) {
  return std::bit_cast<double>(bits >> 63 != 0 ? bits & ~(std::uint64_t{1} << 63) : ~bits);
}

/// A value's place in the order, and where it stood.
struct Placed {
  std::uint64_t key;
  std::uint32_t at;
};

std::uint64_t key_of(std::uint64_t key) {
  return key;
}
std::uint64_t key_of(const Placed& placed) {
  return placed.key;
}

// Least significant digit first; a digit that all keys share is passed over.
template <class Item>
void sort_by_digits(std::vector<Item>& items) {
  constexpr int kDigit = 11;
  constexpr std::uint64_t kMask = (1U << kDigit) - 1;
  std::vector<Item> next(items.size());
  for (int shift = 0; shift < 64; shift += kDigit) {
    std::vector<std::size_t> begins(kMask + 2);
    for (const Item& item : items) {
      ++begins[(key_of(item) >> shift & kMask) + 1];
    }
    if (std::ranges::find(begins, items.size()) != begins.end()) {
      continue;
    }
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    for (const Item& item : items) {
      next[begins[key_of(item) >> shift & kMask]++] = item;
    }
    items.swap(next);
  }
}

}  // namespace

double jsd(std::span<const double> a, std::span<const double> b) {
  const double sum_a = total(a);
  const double sum_b = total(b);
  if (sum_a <= 0 || sum_b <= 0) {
    return kNan;
  }
  double divergence = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double p = a[i] / sum_a;
    const double q = b[i] / sum_b;
    const double middle = (p + q) / 2;
    divergence += p > 0 ? p / 2 * std::log(p / middle) : 0;
    divergence += q > 0 ? q / 2 * std::log(q / middle) : 0;
  }
  return std::max(divergence, 0.0);
}

double rank_jsd(std::vector<double> a, std::vector<double> b) {
  std::ranges::sort(a, std::greater());
  std::ranges::sort(b, std::greater());
  const std::size_t longest = std::max(a.size(), b.size());
  a.resize(longest);
  b.resize(longest);
  return jsd(a, b);
}

double total_variation(std::span<const double> a, std::span<const double> b) {
  const double sum_a = total(a);
  const double sum_b = total(b);
  double distance = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    distance += std::abs(a[i] / sum_a - b[i] / sum_b);
  }
  return distance / 2;
}

double support_overlap(std::span<const double> a, std::span<const double> b) {
  double both = 0;
  double either = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += a[i] > 0 && b[i] > 0 ? 1 : 0;
    either += a[i] > 0 || b[i] > 0 ? 1 : 0;
  }
  return either > 0 ? both / either : kNan;
}

// One pass over the merged values: between two neighbours both distribution functions are constant,
// so W1 is the sum of |F - G| times the gap, and the largest |F - G| is the KS distance.
NumberDistances compare_sorted(std::span<const double> real, std::span<const double> synthetic) {
  const auto n = static_cast<double>(real.size());
  const auto m = static_cast<double>(synthetic.size());
  NumberDistances found;
  double emd_log = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  double here = std::min(real.front(), synthetic.front());
  double here_log = squashed(here);
  while (i < real.size() || j < synthetic.size()) {
    while (i < real.size() && real[i] == here) {
      ++i;
    }
    while (j < synthetic.size() && synthetic[j] == here) {
      ++j;
    }
    const double gap = std::abs(static_cast<double>(i) / n - static_cast<double>(j) / m);
    found.ks = std::max(found.ks, gap);
    if (i == real.size() && j == synthetic.size()) {
      break;
    }
    const double next = j == synthetic.size() || (i < real.size() && real[i] < synthetic[j])
                            ? real[i]
                            : synthetic[j];
    const double next_log = squashed(next);
    found.emd += gap * (next - here);
    emd_log += gap * (next_log - here_log);
    here = next;
    here_log = next_log;
  }
  const double range = real.back() - real.front();
  const double range_log = squashed(real.back()) - squashed(real.front());
  found.emd_range = range > 0 ? found.emd / range : found.emd == 0 ? 0 : kNan;
  found.emd_log = range_log > 0 ? emd_log / range_log : kNan;
  const auto below = std::ranges::lower_bound(synthetic, real.front()) - synthetic.begin();
  const auto above = synthetic.end() - std::ranges::upper_bound(synthetic, real.back());
  found.outside = static_cast<double>(below + above) / m;
  return found;
}

NumberDistances compare_numbers(std::vector<double> real, std::vector<double> synthetic) {
  if (real.empty() || synthetic.empty()) {
    return {kNan, kNan, kNan, kNan, kNan};
  }
  sort_ascending(real);
  sort_ascending(synthetic);
  return compare_sorted(real, synthetic);
}

void sort_ascending(std::vector<double>& values) {
  if (values.size() < kFew) {
    std::ranges::sort(values);
    return;
  }
  std::vector<std::uint64_t> keys;
  keys.reserve(values.size());
  for (const double value : values) {
    keys.push_back(ordered_bits(value));
  }
  sort_by_digits(keys);
  std::ranges::transform(keys, values.begin(), from_ordered_bits);
}

std::vector<double> count_codes(std::span<const std::uint32_t> codes, std::size_t cells) {
  return counts(codes, cells);
}
std::vector<double> count_codes(std::span<const std::uint16_t> codes, std::size_t cells) {
  return counts(codes, cells);
}
std::vector<double> count_codes(std::span<const std::uint8_t> codes, std::size_t cells) {
  return counts(codes, cells);
}

std::vector<double> ranks(std::span<const double> values) {
  std::vector<Placed> order;
  order.reserve(values.size());
  for (std::uint32_t at = 0; at < values.size(); ++at) {
    order.push_back({ordered_bits(values[at]), at});
  }
  if (values.size() < kFew) {
    std::ranges::sort(order, {}, &Placed::key);
  } else {
    sort_by_digits(order);
  }
  std::vector<double> ranked(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end].at] == values[order[begin].at]) {
      ++end;
    }
    for (std::size_t i = begin; i < end; ++i) {
      ranked[order[i].at] = static_cast<double>(begin + end + 1) / 2;
    }
    begin = end;
  }
  return ranked;
}

double pearson(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean(x);
  const double mean_y = mean(y);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kNan;
}

double spearman(std::span<const double> x, std::span<const double> y) {
  return pearson(ranks(x), ranks(y));
}

double quantile(std::span<const double> sorted, double q) {
  return quantile_of(sorted.size(), q, [&](std::size_t at) { return sorted[at]; });
}

double mean(std::span<const double> values) {
  return values.empty() ? kNan : total(values) / static_cast<double>(values.size());
}

double deviation(std::span<const double> values) {
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) {
    squares += (value - middle) * (value - middle);
  }
  return values.empty() ? kNan : std::sqrt(squares / static_cast<double>(values.size()));
}

std::uint64_t whole_number(double value) {
  constexpr double kBeyond = 18446744073709551616.0;
  if (!(value > 0)) {
    return 0;
  }
  return value >= kBeyond ? std::numeric_limits<std::uint64_t>::max()
                          : static_cast<std::uint64_t>(value);
}

}  // namespace tracetwin::evaluate
