#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "work/record.h"

namespace tracetwin::work {

/// What makes two commands the same work, which one may go on with where another was ended.
struct Task {
  std::string command;                 ///< "train", …
  std::vector<std::string> arguments;  ///< those that the result depends on
  std::vector<std::string> inputs;     ///< of each input: its name, size and time
  bool operator==(const Task&) const = default;
};

/// What is known of an input without reading it: "NAME, SIZE bytes, of TIME". Standard input:
/// throws Error, since it cannot be read a second time. Throws Error when it is not there.
std::string input_mark(const std::filesystem::path& path);

/// A folder in which a long command keeps what it has done, for its owner's eyes only:
///   manifest.json   which work it is, its seed, and whether it is done
///   releases        privacy noise that was drawn: a Journal
///   parts/NAME      parts that are done: records
///   keys/NAME       keys of noise that is too long for the journal
///   log/rank-N.jsonl  how far each rank is: work/log.h
/// Commands add files of their own.
class Folder {
 public:
  /// Makes the folder for the task, or goes on with it if it is there, with its seed. Work of
  /// another task makes way, unless privacy noise was drawn for it: then throws Error.
  Folder(std::filesystem::path path, Task task, std::uint64_t seed);
  /// The folder that another rank has opened.
  static Folder joined(std::filesystem::path path, std::uint64_t seed, bool goes_on);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t seed() const { return seed_; }
  /// Whether some of the work may be here from before.
  bool goes_on() const { return goes_on_; }
  /// Notes that all is done; the parts are removed.
  void finish();

  std::filesystem::path part(std::string_view name) const { return path_ / "parts" / name; }
  std::filesystem::path releases() const { return path_ / "releases"; }
  std::filesystem::path key(std::string_view name) const { return path_ / "keys" / name; }

 private:
  Folder() = default;
  void take_over();
  void write_manifest(bool done) const;

  std::filesystem::path path_;
  Task task_;
  std::uint64_t seed_ = 0;
  bool goes_on_ = false;
};

/// What manifest.json of a folder says. Throws Error when there is none, or none that can be read.
struct Manifest {
  Task task;
  std::uint64_t seed = 0;
  bool done = false;
};
Manifest read_manifest(const std::filesystem::path& folder);

/// The seed of the task's work in the folder, if it is there.
std::optional<std::uint64_t> kept_seed(const std::filesystem::path& folder, const Task& task);

}  // namespace tracetwin::work
