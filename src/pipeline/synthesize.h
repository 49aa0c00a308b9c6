#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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
  std::vector<std::string> unlearned;  ///< unlearned_fields()
};

SynthesizeResult synthesize(const SynthesizeJob& job, const Progress& progress);

/// Names of the fields of which nothing stood out of the noise, so that a twin has public defaults
/// in them.
std::vector<std::string> unlearned_fields(const TwinModel& model);

/// Writes a model file; throws Error when it exists and `force` is false.
void save_model(const TwinModel& model, const std::filesystem::path& path, bool force);

}  // namespace tracetwin
