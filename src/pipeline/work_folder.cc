#include "pipeline/work_folder.h"

#include <fmt/format.h>

#include <system_error>

#include "base/error.h"

namespace tracetwin {

namespace fs = std::filesystem;

void make_work_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) {
    throw Error(fmt::format("cannot make the work folder {}: {}", folder.string(), error.message()),
                "Name another with --work-folder.");
  }
}

}  // namespace tracetwin
