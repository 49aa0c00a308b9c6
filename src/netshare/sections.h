#pragma once

#include "netshare/config.h"

/// The parts of a plan outside the grid; each reads its keys from the merged configuration.
namespace tracetwin::netshare {

/// Throws Error if there is no input.
Input read_input(const Config& config, Notes& notes);
void read_globals(RunPlan& plan, const Config& config, Notes& notes);
/// Chunks, lengths, row choices, embeddings.
void read_learning(RunPlan& plan, const Config& config, Notes& notes);
/// Fields and timestamp, given or implied by plan.input.format.
void read_schema(RunPlan& plan, const Config& config, Notes& notes);

}  // namespace tracetwin::netshare
