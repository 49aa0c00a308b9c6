#include "marginal/merge.h"

#include <cmath>

#include "base/error.h"

namespace tracetwin::marginal {

Believed projected(const Domain& domain, const Believed& whole, const Clique& clique) {
  Believed result{clique, std::vector<double>(cells_of(domain, clique), 0.0), 0};
  for (std::size_t cell = 0; cell < whole.probabilities.size(); ++cell) {
    std::size_t rest = cell;
    std::size_t target = 0;
    std::size_t stride = 1;
    std::size_t kept = clique.size();
    for (std::size_t a = whole.clique.size(); a-- > 0;) {
      const std::size_t cells = domain[whole.clique[a]].cells;
      if (kept > 0 && clique[kept - 1] == whole.clique[a]) {
        target += rest % cells * stride;
        stride *= cells;
        --kept;
      }
      rest /= cells;
    }
    result.probabilities[target] += whole.probabilities[cell];
  }
  const auto summed = static_cast<double>(whole.probabilities.size()) /
                      static_cast<double>(result.probabilities.size());
  result.sigma = whole.sigma * std::sqrt(summed);
  return result;
}

void merge(const Believed& believed, double total, double memory, NoisyMarginal& measured) {
  if (believed.probabilities.size() != measured.values.size()) {
    throw Error("two tables of different sizes cannot be merged");
  }
  if (memory <= 0) {
    return;
  }
  const double chance = total / static_cast<double>(measured.values.size());
  const double now = measured.sigma * measured.sigma + chance;
  const double before = (believed.sigma * believed.sigma + chance) / memory;
  const double weight = now / (now + before);  // of what was believed
  for (std::size_t cell = 0; cell < measured.values.size(); ++cell) {
    measured.values[cell] =
        (1 - weight) * measured.values[cell] + weight * total * believed.probabilities[cell];
  }
  measured.sigma = std::hypot((1 - weight) * measured.sigma, weight * believed.sigma);
}

}  // namespace tracetwin::marginal
