#include "dp/false_cells.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/error.h"
#include "dp/discrete_gaussian.h"

namespace tracetwin::dp {
namespace {

using KeySet = std::unordered_set<Key, KeyHash>;

Key draw_untaken(const KeySet& taken, double cells,
                 const std::function<Key(NoiseSource&)>& draw_key, NoiseSource& noise) {
  const double free = std::max(1.0, cells - static_cast<double>(taken.size()));
  const double patience = 64 * (cells / free + 1);
  for (double misses = 0; misses < patience; ++misses) {
    const Key key = draw_key(noise);
    if (!taken.contains(key)) {
      return key;
    }
  }
  throw Error("the keys drawn for empty cells keep repeating: they are not uniform");
}

}  // namespace

std::uint64_t draw_binomial(NoiseSource& noise, double trials, double p) {
  constexpr double kNegligible = 1e-18;
  const double uniform = (static_cast<double>(noise.bits() >> 11) + 0.5) * 0x1p-53;
  double mass = std::exp(trials * std::log1p(-p));
  double sum = mass;
  double drawn = 0;
  while (uniform >= sum && drawn < trials && mass > kNegligible) {
    mass *= (trials - drawn) / (drawn + 1) * p / (1 - p);
    sum += mass;
    ++drawn;
  }
  return static_cast<std::uint64_t>(drawn);
}

std::vector<KeyCount> draw_false_cells(std::span<const KeyCount> present, double log2_cells,
                                       const std::function<Key(NoiseSource&)>& draw_key,
                                       const Sigma2& sigma2, std::int64_t threshold,
                                       NoiseSource& noise) {
  KeySet taken;
  for (const KeyCount& cell : present) {
    taken.insert(cell.first);
  }
  const double cells = std::exp2(log2_cells);
  const double empty = std::max(0.0, cells - static_cast<double>(present.size()));
  const double pass = discrete_gaussian_upper_tail(sigma2, threshold);
  const std::uint64_t number = draw_binomial(noise, empty, pass);
  const DiscreteGaussian law(sigma2);
  std::vector<KeyCount> drawn;
  for (std::uint64_t i = 0; i < number; ++i) {
    const Key key = draw_untaken(taken, cells, draw_key, noise);
    taken.insert(key);
    drawn.emplace_back(key, law.draw_tail(noise, threshold));
  }
  return drawn;
}

}  // namespace tracetwin::dp
