#pragma once

#include <filesystem>

namespace tracetwin::work {

/// Keeps other processes of this machine from working in a folder for as long as it lives, and
/// leaves no file. Throws Error when one does, or the folder is not there.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_;
};

}  // namespace tracetwin::work
