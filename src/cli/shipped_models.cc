#include "cli/shipped_models.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace tracetwin::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".twin";

std::vector<fs::path> folders() {
  if (const char* told = std::getenv("TRACETWIN_MODELS"); told != nullptr) {
    return {told};
  }
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  return {here / "../share/tracetwin/models", here / "../../../../models"};
}

}  // namespace

std::vector<ShippedModel> shipped_models() {
  std::vector<ShippedModel> models;
  for (const fs::path& folder : folders()) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
      if (entry.path().extension() == kSuffix) {
        models.push_back({entry.path().stem().string(), entry.path()});
      }
    }
    if (!models.empty()) {
      break;
    }
  }
  std::ranges::sort(models, {}, &ShippedModel::name);
  return models;
}

std::string model_path(const std::string& argument) {
  std::error_code ignored;
  if (argument == "-" || fs::exists(argument, ignored)) {
    return argument;
  }
  for (const ShippedModel& model : shipped_models()) {
    if (model.name == argument) {
      return model.path.string();
    }
  }
  return argument;
}

}  // namespace tracetwin::cli
