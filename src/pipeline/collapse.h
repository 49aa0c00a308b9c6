#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/doppelganger/samples.h"
#include "engine/weights.h"
#include "series/model.h"

namespace tracetwin {

/// Tells generators that have collapsed: among flows that such a one draws there are fewer than a
/// twentieth as many different ones (in what they choose; not in numbers) as among as many of those
/// that it was trained on. Of each at most 1,024 are looked at. Trainings of fewer than 200 steps
/// are dry runs, which are not judged.
class CollapseCheck {
 public:
  /// `samples`: what was trained on.
  CollapseCheck(const series::Scheme& scheme, const doppelganger::Options& options,
                const doppelganger::Samples& samples);

  bool has_collapsed(const engine::Weights& weights) const;
  /// Throws Error when it has.
  void demand_life(const engine::Weights& weights) const;

 private:
  const series::Scheme& scheme_;
  const doppelganger::Options& options_;
  std::size_t flows_ = 0;
  std::size_t different_ = 0;  ///< among them
};

}  // namespace tracetwin
