#pragma once

#include <cstddef>
#include <cstdint>

#include "audit/distinguish.h"
#include "audit/fixture.h"
#include "audit/memory_file.h"
#include "audit/observation.h"
#include "audit/unit_trace.h"

namespace tracetwin::audit {

/// The canary game: the same training and generating, whole, on a trace and on the same trace with
/// one unit more, many times each with fresh noise; then somebody who sees one run is to say which
/// of the two it was.
class CanaryGame {
 public:
  /// `job` says how to train (its input is ignored), `fixture` what.
  CanaryGame(const UnitTrace& trace, const Choice& choice, const TrainJob& job,
             const Fixture& fixture);

  /// `runs` of each world on job.threads threads, runs in parallel; scores by statistic_names().
  /// `progress` hears of runs, from one thread at a time.
  Scores play(std::size_t runs, std::uint64_t seed, const Progress& progress) const;

 private:
  std::vector<double> run(const MemoryFile& world, std::uint64_t seed) const;

  TrainJob job_;
  const Fixture& fixture_;
  MemoryFile without_;
  MemoryFile with_;
  Knowledge knowledge_;
};

}  // namespace tracetwin::audit
