#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/conversion.h"
#include "cli/options.h"
#include "dp/report.h"
#include "pipeline/train.h"
#include "pipeline/write_twin.h"

/// Parts of the object that train, generate, synthesize and convert write with --json;
/// docs/json.md lists the keys.
namespace tracetwin::cli {

/// Throws Error when both --json and the command's output want standard output.
void check_json(const CommonOptions& common, const std::string& output);

/// What was read and learned, under "input", "packets" and "conversations" or "records",
/// "skipped", "columns_left_out".
nlohmann::ordered_json training_json(const std::string& input, const TrainSummary& summary,
                                     const Schema& schema);
/// What was written: {"path", "summary" or null, "where" if there were conditions, "packets" and
/// "conversations", or "records"}.
nlohmann::ordered_json output_json(const TwinCounts& counts, const TwinOutput& output,
                                   const Selection& selection);
/// {"guarantee", "statement", "epsilon", "delta", "unit", "unit_rows"}.
nlohmann::ordered_json privacy_json(const dp::LedgerReport& ledger);
/// All that `convert` did.
nlohmann::ordered_json conversion_json(const Conversion& done, const Target& target);

}  // namespace tracetwin::cli
