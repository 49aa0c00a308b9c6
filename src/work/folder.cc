#include "work/folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/read_file.h"

namespace tracetwin::work {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kManifest = "manifest.json";
constexpr int kVersion = 1;

/// Nobody but its owner may look into it, since what is kept of a trace is private.
void make(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) {
    fs::permissions(folder, fs::perms::owner_all, error);
  }
  if (error) {
    throw Error(fmt::format("cannot make the work folder {}: {}", folder.string(), error.message()),
                "Name another with --work-folder.");
  }
}

[[noreturn]] void refuse_damaged(const fs::path& folder) {
  throw Error(fmt::format("{} is damaged: it is no manifest of a work folder",
                          (folder / kManifest).string()),
              "Remove the work folder, and start again.");
}

template <class T>
T field(const json& manifest, const char* name, const fs::path& folder) {
  try {
    return manifest.at(name).get<T>();
  } catch (const json::exception&) {
    refuse_damaged(folder);
  }
}

/// How the two differ, for the user.
std::string difference(const Task& kept, const Task& asked) {
  if (kept.command != asked.command) {
    return fmt::format("that of tracetwin {}", kept.command);
  }
  if (kept.arguments != asked.arguments) {
    return fmt::format("with the options \"{}\"", fmt::join(kept.arguments, " "));
  }
  const auto [mark, other] = std::ranges::mismatch(kept.inputs, asked.inputs);
  return mark == kept.inputs.end() ? std::string("of fewer inputs")
                                   : fmt::format("of another input ({})", *mark);
}

}  // namespace

std::string input_mark(const fs::path& path) {
  if (path == "-") {
    throw Error(
        "what comes from standard input cannot be read a second time, so the work on it "
        "cannot be gone on with",
        "Name a file, or leave --work-folder away.");
  }
  if (path.native().starts_with("s3://")) {
    return path.string();
  }
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    throw system_error("open", path.string());
  }
  return fmt::format("{}, {} bytes, of {}.{:09}", path.string(), status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

Folder::Folder(fs::path path, Task task, std::uint64_t seed)
    : path_(std::move(path)), task_(std::move(task)), seed_(seed) {
  make(path_);
  std::error_code ignored;
  if (fs::exists(path_ / kManifest, ignored)) {
    take_over();
  }
  make(path_ / "parts");
  make(path_ / "keys");
  make(path_ / "log");
  write_manifest(false);
}

Folder Folder::joined(fs::path path, std::uint64_t seed, bool goes_on) {
  Folder folder;
  folder.path_ = std::move(path);
  folder.seed_ = seed;
  folder.goes_on_ = goes_on;
  return folder;
}

/// Whose noise was drawn is not measured again, and not mixed with another's.
void Folder::take_over() {
  const Manifest kept = read_manifest(path_);
  std::error_code ignored;
  goes_on_ = kept.task == task_;
  if (goes_on_) {
    seed_ = kept.seed;
  } else if (fs::exists(releases(), ignored) && entries_in(releases()) > 0) {
    throw Error(fmt::format("{} holds noise that was drawn for other work, {}", path_.string(),
                            difference(kept.task, task_)),
                "Name another --work-folder, or remove this one if its budget may be spent again.");
  } else {
    fs::remove_all(path_ / "parts", ignored);
    fs::remove_all(path_ / "keys", ignored);
    fs::remove_all(path_ / "log", ignored);
  }
}

void Folder::finish() {
  std::error_code ignored;
  fs::remove_all(path_ / "parts", ignored);
  write_manifest(true);
}

void Folder::write_manifest(bool done) const {
  const nlohmann::ordered_json manifest = {{"version", kVersion},
                                           {"command", task_.command},
                                           {"arguments", task_.arguments},
                                           {"inputs", task_.inputs},
                                           {"seed", seed_},
                                           {"done", done}};
  const auto sink = open_output(path_ / kManifest, true);
  sink->write(manifest.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
  sink->commit();
}

Manifest read_manifest(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / kManifest, ignored)) {
    throw Error(fmt::format("{} is no work folder: it has no {}", folder.string(), kManifest),
                "Give a folder that was named with --work-folder.");
  }
  const json manifest = json::parse(read_file(folder / kManifest), nullptr, false);
  return {{field<std::string>(manifest, "command", folder),
           field<std::vector<std::string>>(manifest, "arguments", folder),
           field<std::vector<std::string>>(manifest, "inputs", folder)},
          field<std::uint64_t>(manifest, "seed", folder),
          field<bool>(manifest, "done", folder)};
}

std::optional<std::uint64_t> kept_seed(const fs::path& folder, const Task& task) {
  std::error_code ignored;
  if (!fs::exists(folder / kManifest, ignored)) {
    return std::nullopt;
  }
  const Manifest kept = read_manifest(folder);
  return kept.task == task ? std::optional(kept.seed) : std::nullopt;
}

}  // namespace tracetwin::work
