#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/doppelganger/options.h"
#include "engine/weights.h"
#include "series/mix.h"
#include "series/scheme.h"

namespace tracetwin::series {

/// How well the twin of one choice of weights did when the weights were chosen.
struct Ranked {
  std::string name;
  double score = 0;  ///< mean rank
  std::vector<std::pair<std::string, double>> by;
};

/// A trained time-series network: one generator a chunk.
struct SeriesModel {
  Scheme scheme;
  doppelganger::Options options;
  std::vector<engine::Weights> chunks;  ///< parallel to scheme.chunks
  std::vector<Mix> mixes = {};          ///< parallel to chunks; empty: twins meet none
  std::vector<Ranked> ranking = {};     ///< best first; the first is in `chunks`
  /// Parallel to scheme.chunks: how checkpoints did on each alone, best first; empty where they
  /// were not compared so.
  std::vector<std::vector<Ranked>> chunk_rankings = {};
};

}  // namespace tracetwin::series
