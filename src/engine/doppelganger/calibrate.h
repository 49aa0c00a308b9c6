#pragma once

#include <cstdint>
#include <vector>

#include "engine/doppelganger/layout.h"
#include "engine/doppelganger/options.h"
#include "engine/doppelganger/samples.h"
#include "engine/weights.h"

namespace tracetwin::doppelganger {

/// How often flows have each of their choices, and how long they are: what calibrated() aims at.
/// "By place": records number p, p + places, p + 2 places, … of a flow, which one head of the
/// network makes when `places` is Options::sample_len.
struct Targets {
  std::size_t places = 1;
  std::vector<std::vector<double>> attributes;  ///< by softmax output: share of each choice
  /// By number among the attributes, as sigmoid outputs and the like have them: quantiles, as
  /// logits.
  std::vector<std::vector<float>> numbers;
  /// By place, then by softmax output; of less than a few records empty.
  std::vector<std::vector<std::vector<double>>> features;
  /// By place: share of the records that are their flow's last, of those that need not be;
  /// negative where there is none.
  std::vector<double> last;
};

/// Not private: exact counts of the samples. `by_record`: a flow's attributes count as often as it
/// has records.
Targets targets_of(const Layout& layout, const Options& options, std::uint32_t most_records,
                   const Samples& samples, bool by_record = false);

/// Moves what is aimed at against what went wrong: what was `drawn` when `wanted` was.
void correct(Targets& targets, const Targets& wanted, const Targets& drawn);

/// A generator with other last layers, so that it makes each single choice, of attributes and by
/// place of records, and ends flows, as often as `targets` say, and numbers of attributes lie where
/// they should: biases of choices are solved for, what numbers are made from is scaled and shifted.
/// A critic is slow to tell that a tenth of the flows is a twelfth; which flow takes which choice
/// stays what the network learned. So many `draws` of flows, and of records, are looked at. Depends
/// on nothing but the arguments.
///
/// Generation flags are left alone where lengths are given. Throws Error when weights are missing
/// or of another shape than layout and options say.
engine::Weights calibrated(const engine::Weights& weights, const Layout& layout,
                           const Options& options, std::uint32_t most_records,
                           const Targets& targets, std::size_t draws, std::uint64_t seed);

}  // namespace tracetwin::doppelganger
