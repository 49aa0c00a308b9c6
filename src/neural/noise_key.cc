#include "neural/noise_key.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/read_file.h"
#include "dp/kept_key.h"

namespace tracetwin::neural {
namespace {

/// What of a job its noise depends on.
std::string identity(nlohmann::json job) {
  for (const char* key : {"resume", "max_seconds", "folder", "device", "keep_every",
                          "checkpoint_every", "patience"}) {
    job.erase(key);
  }
  job.at("privacy").erase("key_file");
  return job.dump();
}

}  // namespace

void take_key(engine::PrivateTraining& privacy, const std::filesystem::path& folder,
              const nlohmann::json& job, const std::vector<std::string_view>& files) {
  if (privacy.insecure_test_seed || privacy.key_file.empty()) {
    return;
  }
  std::vector<std::string> contents = {identity(job)};
  for (const std::string_view name : files) {
    contents.push_back(std::filesystem::exists(folder / name) ? read_file(folder / name) : "");
  }
  const std::vector<std::string_view> what(contents.begin(), contents.end());
  privacy.key = dp::kept_key(privacy.key_file, what);
  if (!privacy.key) {
    std::filesystem::remove(folder / "checkpoint");
    privacy.key = dp::new_key(privacy.key_file, what);
  }
}

}  // namespace tracetwin::neural
