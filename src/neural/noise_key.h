#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "engine/private_training.h"

namespace tracetwin::neural {

/// Gives private training the key of its noise: the one in privacy.key_file, if it is of the same
/// job and of the same `files` of the folder, byte for byte, or else a new one, before which the
/// folder's checkpoint is removed, since it is another training's. Does nothing without a key file,
/// and with a test seed.
void take_key(engine::PrivateTraining& privacy, const std::filesystem::path& folder,
              const nlohmann::json& job, const std::vector<std::string_view>& files);

}  // namespace tracetwin::neural
