#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tracetwin::tune {

/// One round of successive halving (Jamieson and Talwalkar 2016): every candidate that is left is
/// given the same, and the best part of them goes on.
struct Rung {
  double records = 1;  ///< share of the training records
  double seconds = 0;  ///< of a network's training at most
};

inline constexpr double kFactor = 3;  ///< one rung's records and seconds to the next one's

/// Rungs for `candidates` >= 1: as many as divide them down to one, three at most, the last with
/// all `rows` records and `seconds`, each before it with a third, but never fewer than `least`
/// records.
std::vector<Rung> rungs_for(std::size_t candidates, double rows, double least, double seconds);

/// What the candidates of a rung scored; nothing: failed, or not run.
using RungScores = std::vector<std::optional<double>>;

/// Which of them go on: the best third, at least one, and whatever they scored those that `stays`
/// marks, so that what is chosen in the end was held against them on equal terms. Ascending.
std::vector<std::size_t> going_on(const RungScores& scores, const std::vector<bool>& stays);

}  // namespace tracetwin::tune
