#include "pipeline/work_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/read_file.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSeed = "seed";

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::error_code missing;
  if (fs::file_size(a, missing) != fs::file_size(b, missing) || missing) {
    return false;
  }
  std::ifstream left(a, std::ios::binary);
  std::ifstream right(b, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return std::equal(Bytes(left), Bytes(), Bytes(right), Bytes());
}

}  // namespace

void make_work_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) {
    throw Error(fmt::format("cannot make the work folder {}: {}", folder.string(), error.message()),
                "Name another with --work-folder.");
  }
}

void remember_seed(const fs::path& folder, std::uint64_t seed) {
  const auto sink = open_output(folder / kSeed, true);
  sink->write(std::to_string(seed) + "\n");
  sink->commit();
}

std::optional<std::uint64_t> remembered_seed(const fs::path& folder) {
  std::error_code missing;
  if (!fs::exists(folder / kSeed, missing)) {
    return std::nullopt;
  }
  return std::strtoull(read_file(folder / kSeed).c_str(), nullptr, 10);
}

fs::path new_samples(const fs::path& folder, std::string_view name) {
  return folder / fmt::format("{}.new", name);
}

nlohmann::json training_identity(nlohmann::json job) {
  if (!job.is_object()) {
    return job;
  }
  for (const char* key : {"resume", "max_seconds", "folder", "device", "checkpoint_every"}) {
    job.erase(key);
  }
  if (job.contains("privacy")) {
    job["privacy"].erase("key_file");
  }
  return job;
}

bool settle_training(const FolderTraining& training, bool resume, const nlohmann::json& identity,
                     nlohmann::json (*identity_of)(nlohmann::json)) {
  const fs::path& folder = training.folder;
  const fs::path fresh = new_samples(folder, training.samples);
  const fs::path job = folder / "job.json";
  const bool goes_on = resume && fs::exists(folder / "checkpoint") && fs::exists(job);
  if (goes_on && (!same_bytes(fresh, folder / training.samples) ||
                  identity_of(nlohmann::json::parse(read_file(job), nullptr, false)) != identity)) {
    fs::remove(fresh);
    throw Error(fmt::format("{} holds the training of another trace or with other options",
                            folder.string()),
                "Remove it to begin anew, or give the trace and the options it was begun with.");
  }
  fs::rename(fresh, folder / training.samples);
  if (!goes_on) {
    for (const std::string_view name : training.old) {
      fs::remove_all(folder / name);
    }
  }
  return goes_on;
}

}  // namespace tracetwin
