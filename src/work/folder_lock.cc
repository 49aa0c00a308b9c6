#include "work/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

namespace tracetwin::work {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    throw system_error("open", folder.string());
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw Error(fmt::format("another tracetwin is at work in {}", folder.string()),
                "Wait for it, or end it.");
  }
}

FolderLock::~FolderLock() {
  ::close(descriptor_);
}

}  // namespace tracetwin::work
