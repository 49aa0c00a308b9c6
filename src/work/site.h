#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "work/folder.h"
#include "work/ranks.h"

namespace tracetwin::work {

/// Where a command's work is done: by which processes, and in which folder it is kept. A value;
/// by default this process alone, which keeps nothing.
struct Site {
  Ranks ranks = {};
  std::shared_ptr<Folder> folder = {};

  /// What `make` returns; where a part of that name is in the folder, that, and else it is put
  /// there. `name`: a file's. From any thread.
  std::string once(std::string_view name, const std::function<std::string()>& make) const;
  /// Ranks::share() of parts `name`-0, `name`-1, …, of which those in the folder are not done
  /// again.
  std::vector<std::string> share(std::string_view name, std::size_t tasks, unsigned threads,
                                 const std::function<std::string(std::size_t)>& work) const;
  /// The file of a key of noise (dp/kept_key.h); empty where nothing is kept.
  std::filesystem::path key(std::string_view name) const {
    return folder ? folder->key(name) : std::filesystem::path();
  }
};

}  // namespace tracetwin::work
