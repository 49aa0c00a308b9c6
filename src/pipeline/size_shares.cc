#include "pipeline/size_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tracetwin {
namespace {

constexpr double kSoftening = 0.5;  // conversations, of both counts of a class
constexpr double kMostRatio = static_cast<double>(kCandidatesEach);
constexpr double kNone = 1e-6;  // ratio of sizes beyond all real ones
constexpr std::size_t kLeastOfClass = 12;
constexpr double kStep = 1.1892071150027211;  // fourth root of 2: least width of a class

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
  std::vector<double> edges;
  std::size_t held = 0;
  double upper = std::ceil(static_cast<double>(sorted.back()) * kStep);
  edges.push_back(upper);
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

}  // namespace

tokens::SizeShares size_shares(std::vector<std::uint64_t> real, std::vector<std::uint64_t> made) {
  std::ranges::sort(real);
  std::ranges::sort(made);
  tokens::SizeShares shares;
  shares.edges = edges_of(real);
  const double scale = static_cast<double>(real.size()) / static_cast<double>(made.size());
  for (std::size_t c = 0; c < shares.edges.size(); ++c) {
    const double low = c == 0 ? 0 : shares.edges[c - 1];
    const double high = shares.edges[c];
    const double of_real = above(real, low) - above(real, high);
    const double of_made = scale * (above(made, low) - above(made, high));
    shares.ratios.push_back(std::clamp((of_real + kSoftening) / (of_made + kSoftening),
                                       1 / kMostRatio / kMostRatio, kMostRatio));
  }
  shares.ratios.push_back(kNone);
  return shares;
}

std::vector<std::size_t> keep_by_size(std::span<const std::uint64_t> candidates, std::size_t count,
                                      const tokens::SizeShares& sizes, Random& random) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(std::span(order));
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return candidates[i]; });
  std::vector<double> weights;
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
