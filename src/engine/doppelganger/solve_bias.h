#pragma once

#include <span>
#include <vector>

namespace tracetwin::doppelganger {

/// What to add to the logits of a choice, so that each option is the largest of its row as often as
/// its share in `target` says. `logits` has a row of target.size() numbers for each of many draws.
/// This is semi-discrete optimal transport, solved cell by cell (Oliker and Prussner, Numerische
/// Mathematik 54, 1988); the best of all sweeps is taken.
std::vector<float> bias_of_choice(std::span<const float> logits, std::span<const double> target);

/// What to add to margins, so that a share `above` of them is above 0. Changes `margins`.
float bias_of_margin(std::vector<float>& margins, double above);

/// Factor (at least .1) and offset that take the quantiles of `made`, in order, nearest to
/// `wanted`, in the sense of least squares; (1, 0) where there is nothing to learn it from.
struct Line {
  float factor = 1;
  float offset = 0;
};
Line line_between(std::span<const float> made, std::span<const float> wanted);

}  // namespace tracetwin::doppelganger
