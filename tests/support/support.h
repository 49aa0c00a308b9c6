#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::test {

/// Folder of real traces and reference vectors: $TRACETWIN_SHARED, or ../shared beside the
/// project. Empty when there is none; a test then skips itself by name.
std::optional<std::filesystem::path> shared_data();

/// Root of the source tree.
std::filesystem::path source_dir();

/// A fresh folder, removed with everything in it at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, std::string_view content);
std::string read_file(const std::filesystem::path& path);

/// A CSV file with a header line, as rows of texts; CR is dropped. For reference vectors only.
std::vector<std::vector<std::string>> read_vectors(const std::filesystem::path& path);

}  // namespace tracetwin::test

/// Skips the test, by name, when the shared data is absent; else declares `name` as its path.
#define TRACETWIN_NEED_SHARED(name)                           \
  const auto name##_found = ::tracetwin::test::shared_data(); \
  if (!name##_found) {                                        \
    GTEST_SKIP() << "TRACETWIN_SHARED is not there";          \
  }                                                           \
  const std::filesystem::path& name = *name##_found
