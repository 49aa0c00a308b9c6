#include "pipeline/size_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tracetwin {
namespace {

using tokens::Magnitude;
using tokens::SizeShares;

constexpr double kSoftening = 0.5;  // conversations, of both counts of a class
constexpr double kMostRatio = static_cast<double>(kCandidatesEach);
constexpr double kNone = 1e-6;  // ratio of sizes beyond all real ones
constexpr std::size_t kLeastOfClass = 12;
constexpr double kStep = 1.1892071150027211;  // fourth root of 2: least width of a class

constexpr double kRateSoftening = 0.1;

double soft_ratio(double real, double made, double softening) {
  return std::clamp((real + softening) / (made + softening), 1 / kMostRatio / kMostRatio,
                    kMostRatio);
}

std::vector<std::uint64_t> sorted_sizes(std::span<const Magnitude> all) {
  std::vector<std::uint64_t> sizes;
  for (const Magnitude& one : all) {
    sizes.push_back(one.packets);
  }
  std::ranges::sort(sizes);
  return sizes;
}

double above(const std::vector<std::uint64_t>& sorted, double edge) {
  return static_cast<double>(sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), edge,
                                                             [](std::uint64_t size, double at) {
                                                               return static_cast<double>(size) <
                                                                      at;
                                                             }));
}

/// From the largest down, so that giants have classes of their own: a class is a quarter of an
/// octave and, below the giants, holds a dozen conversations. Behind the last edge there is none.
std::vector<double> edges_of(const std::vector<std::uint64_t>& sorted) {
  double upper = std::ceil(static_cast<double>(sorted.back()) * kStep);
  std::vector<double> edges = {upper};
  std::size_t held = 0;
  for (std::size_t i = sorted.size(); i-- > 1;) {
    ++held;
    const auto size = static_cast<double>(sorted[i]);
    const bool giant = edges.size() < kLeastOfClass;
    if (sorted[i] != sorted[i - 1] && size * kStep <= upper && (giant || held >= kLeastOfClass)) {
      edges.push_back(size);
      upper = size;
      held = 0;
    }
  }
  std::ranges::reverse(edges);
  return edges;
}

void add_sizes(std::span<const Magnitude> real, std::span<const Magnitude> made,
               SizeShares& shares) {
  const auto real_sizes = sorted_sizes(real);
  const auto made_sizes = sorted_sizes(made);
  shares.edges = edges_of(real_sizes);
  const double scale = static_cast<double>(real.size()) / static_cast<double>(made.size());
  for (std::size_t c = 0; c < shares.edges.size(); ++c) {
    const double low = c == 0 ? 0 : shares.edges[c - 1];
    const double high = shares.edges[c];
    shares.ratios.push_back(soft_ratio(above(real_sizes, low) - above(real_sizes, high),
                                       scale * (above(made_sizes, low) - above(made_sizes, high)),
                                       kSoftening));
  }
  shares.ratios.push_back(kNone);
}

using Rates = std::array<double, tokens::kRateClasses>;
using Grid = std::array<Rates, tokens::kSizeGroups>;

template <class Weight>
Grid counts_of(std::span<const Magnitude> all, const Weight& weight) {
  Grid counts{};
  for (const Magnitude& one : all) {
    if (const auto group = tokens::size_group(one)) {
      counts[*group][tokens::rate_class(one)] += weight(one);
    }
  }
  return counts;
}

/// Given the sizes' ratios, which stay what they are on the whole.
void add_rates(std::span<const Magnitude> real, std::span<const Magnitude> made,
               SizeShares& shares) {
  const Grid wanted = counts_of(real, [](const Magnitude&) { return 1.0; });
  const Grid found = counts_of(made, [&](const Magnitude& one) { return shares.ratio(one); });
  for (std::size_t group = 0; group < tokens::kSizeGroups; ++group) {
    const double of_real = std::accumulate(wanted[group].begin(), wanted[group].end(), 0.0);
    const double of_made = std::accumulate(found[group].begin(), found[group].end(), 0.0);
    const double scale = of_made > 0 ? of_real / of_made : 0;
    double weighted = 0;
    Rates ratios{};
    for (std::size_t rate = 0; rate < ratios.size(); ++rate) {
      ratios[rate] = soft_ratio(wanted[group][rate], scale * found[group][rate], kRateSoftening);
      weighted += ratios[rate] * found[group][rate];
    }
    for (const double ratio : ratios) {
      shares.rate_ratios.push_back(weighted > 0 ? ratio * of_made / weighted : 1);
    }
  }
}

}  // namespace

SizeShares size_shares(std::span<const Magnitude> real, std::span<const Magnitude> made) {
  if (made.empty()) {
    return {{}, {1}, {}};
  }
  SizeShares shares;
  add_sizes(real, made, shares);
  add_rates(real, made, shares);
  return shares;
}

std::vector<std::size_t> keep_by_size(std::span<const Magnitude> candidates, std::size_t count,
                                      const SizeShares& sizes, Random& random) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(std::span(order));
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return candidates[i].packets; });
  std::vector<double> weights;
  weights.reserve(order.size());
  for (const std::size_t i : order) {
    weights.push_back(sizes.ratio(candidates[i]));
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::size_t> kept;
  double passed = 0;
  double next = random.uniform();
  for (std::size_t i = 0; i < order.size(); ++i) {
    passed += weights[i] * static_cast<double>(count) / sum;
    for (; kept.size() < count && (passed > next || i + 1 == order.size()); next += 1) {
      kept.push_back(order[i]);
    }
  }
  std::ranges::sort(kept);
  return kept;
}

}  // namespace tracetwin
