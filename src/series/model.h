#pragma once

#include <vector>

#include "engine/doppelganger/options.h"
#include "engine/weights.h"
#include "series/scheme.h"

namespace tracetwin::series {

/// A trained time-series network: one generator a chunk.
struct SeriesModel {
  Scheme scheme;
  doppelganger::Options options;
  std::vector<engine::Weights> chunks;  ///< parallel to scheme.chunks
};

}  // namespace tracetwin::series
