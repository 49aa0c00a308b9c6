#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::cli {

/// A model that comes with the program.
struct ShippedModel {
  std::string name;  ///< as in `tracetwin generate NAME`
  std::filesystem::path path;
};

/// All of them, by name: the .twin files of the folder that TRACETWIN_MODELS names, or else of
/// share/tracetwin/models beside the program's folder, or of the source tree that it was built in.
std::vector<ShippedModel> shipped_models();

/// The path that a MODEL argument means: a shipped model's where it has one's name and no such file
/// is there, else itself.
std::string model_path(const std::string& argument);

}  // namespace tracetwin::cli
