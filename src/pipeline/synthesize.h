#pragma once

#include <filesystem>
#include <optional>

#include "pipeline/generate.h"
#include "pipeline/train.h"
#include "pipeline/write_twin.h"

namespace tracetwin {

/// A trace in, its twin out.
struct SynthesizeJob {
  TrainJob train;
  GenerateJob generate;
  TwinOutput output;
  std::optional<std::filesystem::path> model;  ///< keep the model here, too
};

struct SynthesizeResult {
  TrainSummary trained;
  Schema schema;
  TwinCounts written;
  dp::LedgerReport ledger;
};

SynthesizeResult synthesize(const SynthesizeJob& job, const Progress& progress);

/// Writes a model file; throws Error when it exists and `force` is false.
void save_model(const TwinModel& model, const std::filesystem::path& path, bool force);

}  // namespace tracetwin
