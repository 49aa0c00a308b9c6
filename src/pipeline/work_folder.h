#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tracetwin {

/// Makes a folder of a training that nobody but its owner may look into, since samples are private.
/// Throws Error.
void make_work_folder(const std::filesystem::path& folder);

/// The seed that the training in the folder was begun with, so that it can be gone on with by one
/// who has not noted it. `remembered_seed` has none of a folder that holds no training.
void remember_seed(const std::filesystem::path& folder, std::uint64_t seed);
std::optional<std::uint64_t> remembered_seed(const std::filesystem::path& folder);

/// Where the samples of a training are written before settle_training().
std::filesystem::path new_samples(const std::filesystem::path& folder, std::string_view name);

/// What two jobs of the worker that are the same training have in common.
nlohmann::json training_identity(nlohmann::json job);

/// A training that its folder's worker is to begin or to go on with.
struct FolderTraining {
  std::filesystem::path folder;
  std::string samples;                    ///< name of their file
  std::span<const std::string_view> old;  ///< what an earlier one left, removed when it begins anew
};

/// Puts new_samples() in their place and says whether the folder's checkpoint is one of the same
/// training: the same samples, byte for byte, and the same `identity`, which `identity_of` makes
/// of the worker's job in the folder. Throws Error when it is not but `resume` asks to go on.
bool settle_training(const FolderTraining& training, bool resume, const nlohmann::json& identity,
                     nlohmann::json (*identity_of)(nlohmann::json));

}  // namespace tracetwin
