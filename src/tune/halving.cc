#include "tune/halving.h"

#include <algorithm>
#include <cmath>

namespace tracetwin::tune {
namespace {

constexpr std::size_t kMostRungs = 3;

}  // namespace

std::vector<Rung> rungs_for(std::size_t candidates, double rows, double least, double seconds) {
  std::size_t count = 1;
  for (double left = static_cast<double>(candidates); left > 1 && count < kMostRungs;
       left = std::ceil(left / kFactor)) {
    ++count;
  }
  std::vector<Rung> rungs;
  for (std::size_t i = 0; i < count; ++i) {
    const double part = std::pow(kFactor, -static_cast<double>(count - 1 - i));
    rungs.push_back({std::min(1.0, std::max(part, least / std::max(1.0, rows))), part * seconds});
  }
  return rungs;
}

std::vector<std::size_t> going_on(const RungScores& scores, const std::vector<bool>& stays) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i]) {
      order.push_back(i);
    }
  }
  std::ranges::stable_sort(order, [&](auto a, auto b) { return *scores[a] > *scores[b]; });
  const auto most =
      static_cast<std::size_t>(std::ceil(static_cast<double>(scores.size()) / kFactor));
  std::vector<std::size_t> chosen(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size())));
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (stays[i] && scores[i] && std::ranges::find(chosen, i) == chosen.end()) {
      chosen.push_back(i);
    }
  }
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace tracetwin::tune
