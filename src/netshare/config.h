#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netshare/notes.h"
#include "netshare/value.h"

namespace tracetwin::netshare {

/// A configuration file with everything that its chain of `default`s lays under it.
struct Config {
  Json merged;
  Json own;                        ///< without the built-in presets: what the user wrote
  std::vector<std::string> files;  ///< the user's first
  std::filesystem::path folder;    ///< of the user's first

  /// What a dotted path leads to; a section that is null or not there has nothing in it.
  std::optional<Value> find(std::string_view path) const;
  /// The first of several paths that leads to something; null is something, unless skipped.
  std::optional<Value> first(std::initializer_list<std::string_view> paths) const;
  std::optional<Value> first_given(std::initializer_list<std::string_view> paths) const;
};

std::optional<Value> find_in(const Json& json, std::string_view path);

/// Lays `over` over `base`: objects member by member, everything else (lists and null, too) in the
/// place of what was there. A key also displaces its other name.
void lay_over(Json& base, const Json& over);

/// Reads the file and its defaults, which are looked for beside the file that names them, in its
/// `default_search_paths`, and among the presets. Throws Error for a missing one or a circle.
Config load_config(const std::filesystem::path& path, Notes& notes);

/// A path of the user's, from the current folder or else from the configuration's, which is
/// remarked on. Where there is nothing in either, as if from the current folder.
std::filesystem::path resolve(const Value& path, const std::filesystem::path& folder, Notes& notes);

}  // namespace tracetwin::netshare
