#pragma once

#include <span>
#include <string_view>

#include "pipeline/train.h"

namespace tracetwin::audit {

/// What an audit attacks: TraceTwin's own training, or one of the doctored copies that an audit
/// worth its name has to catch. These are put together from what every caller has (jobs, ledgers,
/// releases); nothing in the other rooms knows of them.
struct Fixture {
  std::string_view name;     ///< as in --fixture
  std::string_view summary;  ///< one line for --help
  bool must_fail;
  /// As tracetwin::train(). job.budget is what is claimed.
  TwinModel (*train)(const TrainJob& job, const Progress& progress);
};

/// All of them; the first is the real thing.
std::span<const Fixture> fixtures();
/// The row called `name`; throws Error that suggests the nearest.
const Fixture& fixture_named(std::string_view name);

}  // namespace tracetwin::audit
