#include "marginal/label_triple.h"

#include <algorithm>
#include <cmath>

#include "marginal/codes.h"

namespace tracetwin::marginal {

std::int64_t label_misfit(const Domain& domain, const Clique& triple, std::uint32_t label,
                          const dp::PrivateCounts& counts) {
  const std::vector<double> exact(counts.exact().begin(), counts.exact().end());
  const Clique others = difference(triple, {label});
  const Clique first = united({label}, {others[0]});
  const Clique second = united({label}, {others[1]});
  const auto of_label = project(domain, triple, exact, {label});
  const auto of_first = project(domain, triple, exact, first);
  const auto of_second = project(domain, triple, exact, second);
  const auto label_at = projection_map(domain, triple, {label});
  const auto first_at = projection_map(domain, triple, first);
  const auto second_at = projection_map(domain, triple, second);
  double misfit = 0;
  for (std::size_t cell = 0; cell < exact.size(); ++cell) {
    const double all = of_label[label_at[cell]];
    const double predicted =
        all > 0 ? of_first[first_at[cell]] * of_second[second_at[cell]] / all : 0;
    misfit += std::abs(exact[cell] - predicted);
  }
  return static_cast<std::int64_t>(misfit);
}

}  // namespace tracetwin::marginal
