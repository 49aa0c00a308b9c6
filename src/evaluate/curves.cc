#include "evaluate/curves.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "evaluate/distances.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kPoints = 200;

/// Whole numbers from 1 to `most`, dense at first and then growing by a constant factor.
std::vector<std::size_t> spaced_by_powers(std::size_t most) {
  std::vector<std::size_t> places;
  const double factor = std::pow(static_cast<double>(most), 1.0 / kPoints);
  double place = 1;
  while (place < static_cast<double>(most)) {
    const auto at = static_cast<std::size_t>(place);
    if (places.empty() || places.back() != at) {
      places.push_back(at);
    }
    place *= std::max(factor, 1.001);
  }
  if (places.empty() || places.back() != most) {
    places.push_back(most);
  }
  return places;
}

}  // namespace

Series cumulative(std::string name, std::vector<double> values) {
  sort_ascending(values);
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t i = 0; i <= kPoints; ++i) {
    const double value = values[(values.size() - 1) * i / kPoints];
    if (!x.empty() && x.back() == value) {
      continue;
    }
    const auto at_most = std::ranges::upper_bound(values, value) - values.begin();
    x.push_back(value);
    y.push_back(static_cast<double>(at_most) / static_cast<double>(values.size()));
  }
  return {std::move(name), std::move(x), std::move(y)};
}

Series tail(std::string name, std::vector<double> values) {
  const auto all = static_cast<double>(values.size());
  std::erase_if(values, [](double value) { return value <= 0; });
  sort_ascending(values);
  std::ranges::reverse(values);
  std::vector<double> x;
  std::vector<double> y;
  if (!values.empty()) {
    for (const std::size_t rank : spaced_by_powers(values.size())) {
      const double value = values[rank - 1];
      const auto at_least =
          std::ranges::upper_bound(values, value, std::greater()) - values.begin();
      if (x.empty() || x.back() != value) {
        x.push_back(value);
        y.push_back(static_cast<double>(at_least) / all);
      }
    }
  }
  std::ranges::reverse(x);
  std::ranges::reverse(y);
  return {std::move(name), std::move(x), std::move(y)};
}

Series by_rank(std::string name, std::vector<double> counts) {
  std::erase(counts, 0.0);
  std::ranges::sort(counts, std::greater());
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<double> x;
  std::vector<double> y;
  if (!counts.empty()) {
    for (const std::size_t rank : spaced_by_powers(counts.size())) {
      x.push_back(static_cast<double>(rank));
      y.push_back(counts[rank - 1] / all);
    }
  }
  return {std::move(name), std::move(x), std::move(y)};
}

}  // namespace tracetwin::evaluate
