#pragma once

#include <cstdint>
#include <string>

#include "cli/console.h"
#include "cli/stream_epoch.h"
#include "tune/space.h"

namespace tracetwin::cli {

/// The options of a training, those of `values` in the place of what was said of methods and
/// networks before.
TrainOptions with_options(const TrainOptions& train, const tune::OptionValues& values);

/// Searches for a configuration on one epoch and writes it into the output folder; the file's name.
std::string tune_on_epoch(const StreamPlan& plan, const Epoch& epoch, TraceKind kind,
                          std::int64_t max_time_ns, std::uint64_t seed, Console& console);

}  // namespace tracetwin::cli
