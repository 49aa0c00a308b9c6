#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/doppelganger/sampler.h"
#include "engine/doppelganger/samples.h"
#include "series/mix.h"
#include "series/model.h"

namespace tracetwin::series {

/// Flows of a twin in one chunk, and the heads of those that go on in later chunks.
struct ChunkDraw {
  std::vector<DrawnFlow> flows;
  std::vector<std::vector<float>> carried;  ///< attributes, as the network made them
};

/// Makes a flow one that can be; false where that cannot be done. Called from several threads.
using Settle = std::function<bool(DrawnFlow& flow)>;

/// Lets a flow in, perhaps without some of its records, and says how much of it counts; 0 rejects
/// it. Called from several threads.
using Admit = std::function<std::size_t(DrawnFlow& flow)>;

/// Throws Error when so many flows drawn, of which so much counted, are too many in vain.
using CheckYield = std::function<void(std::uint64_t drawn, std::uint64_t counted)>;

struct DrawRequest {
  std::size_t chunk = 0;
  std::uint64_t count = 0;  ///< in units of what `admit` returns; met exactly by cutting records
  std::uint64_t seed = 0;
  unsigned threads = 0;
  Settle settle;
  Admit admit;
  CheckYield check_yield;
  /// Gets each new flow that was taken, as the network made it.
  doppelganger::Samples* taken = nullptr;
  /// What new flows are to be like, or none; with `taken` none.
  const Mix* mix = nullptr;
  MixFields fields = {};
  double each = 1;  ///< what `admit` is likely to say of a flow
};

/// Draws the flows of one chunk: first those that earlier chunks handed on, then new ones that
/// start in it, until `count` is met: with a mix those picked out of more (pick.h). The same for
/// the same request, whatever the number of threads.
ChunkDraw draw_chunk(const SeriesModel& model, const Lexicon& lexicon, const DrawRequest& request,
                     const std::vector<std::vector<float>>& carried);

}  // namespace tracetwin::series
