#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/atomic_file.h"
#include "pipeline/model.h"
#include "trace/io/byte_source.h"

namespace tracetwin {

/// The .twin file: a zip archive with `manifest.json` (everything but numbers in bulk; "format":
/// "tracetwin-model", "version": 1) and one member `arrays/NAME.f64` for each array of
/// little-endian float64. zip's CRC-32 guards every member. docs/formats.md describes it whole.

/// Newest version that this program reads and writes.
inline constexpr int kModelVersion = 1;

/// Writes `model` into `sink` (not committed).
void write_model(const TwinModel& model, ByteSink& sink);

/// Reads a model file; "-" is standard input. Throws Error when it is not one, is damaged, newer
/// than kModelVersion, or holds anything that write_model() could not have written and that
/// generation could not cope with.
TwinModel read_model(const std::filesystem::path& path);
/// The same of a stream that is open, called `name`.
TwinModel read_model(Buffered input, const std::string& name);

/// Whether a stream begins as a zip archive does, and so may be a model; takes nothing from it.
bool looks_like_model(Buffered& input);

/// The manifest, for `tracetwin inspect MODEL --json`.
nlohmann::json manifest_of(const TwinModel& model);

}  // namespace tracetwin
