#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/atomic_file.h"
#include "pipeline/model.h"

namespace tracetwin {

/// The .twin file: a zip archive with `manifest.json` (everything but numbers in bulk; "format":
/// "tracetwin-model", "version": 1) and one member `arrays/NAME.f64` for each array of
/// little-endian float64. zip's CRC-32 guards every member. docs/formats.md describes it whole.

/// Newest version that this program reads and writes.
inline constexpr int kModelVersion = 1;

/// Writes `model` into `sink` (not committed).
void write_model(const TwinModel& model, ByteSink& sink);

/// Reads a model file. Throws Error when it is not one, is damaged, or newer than kModelVersion.
TwinModel read_model(const std::filesystem::path& path);

/// Whether a file begins as a zip archive does, and so may be a model.
bool looks_like_model(const std::filesystem::path& path);

/// The manifest, for `tracetwin inspect MODEL --json`.
nlohmann::json manifest_of(const TwinModel& model);

}  // namespace tracetwin
