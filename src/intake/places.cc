#include "intake/places.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "s3/client.h"
#include "s3/place.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;

/// `path` is relative to the folder, with '/' between its parts.
bool fits(std::string_view path, std::span<const FilePattern> patterns) {
  const std::string name(path.substr(path.rfind('/') + 1));
  const auto fits_one = [&](const FilePattern& pattern) {
    const bool is_suffix =
        pattern.starts_with('.') && pattern.find_first_of("*?[/") == std::string::npos;
    if (is_suffix) {
      return name.ends_with(pattern);
    }
    return pattern.find('/') == std::string::npos
               ? ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0
               : ::fnmatch(pattern.c_str(), std::string(path).c_str(), FNM_PATHNAME) == 0;
  };
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), fits_one);
}

bool is_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

void refuse_none(const std::string& place, std::span<const FilePattern> patterns) {
  throw Error(patterns.empty() ? fmt::format("there is no file in {}", place)
                               : fmt::format("there is no file in {} that fits {}", place,
                                             fmt::join(patterns, " or ")),
              "Name a folder with traces in it, and patterns such as '*.pcap' or .csv.gz.");
}

std::vector<fs::path> files_in(const fs::path& folder, std::span<const FilePattern> patterns) {
  std::vector<std::string> names;
  std::error_code failed;
  fs::recursive_directory_iterator entries(folder, failed);
  for (; !failed && entries != fs::recursive_directory_iterator(); entries.increment(failed)) {
    const std::string name = entries->path().lexically_relative(folder).generic_string();
    std::error_code ignored;
    if (entries->is_regular_file(ignored) && !is_hidden(name) && fits(name, patterns)) {
      names.push_back(name);
    }
  }
  if (failed) {
    throw Error(fmt::format("cannot read the folder {}: {}", folder.string(), failed.message()),
                "Check its permissions.");
  }
  std::sort(names.begin(), names.end());
  std::vector<fs::path> files(names.size());
  std::transform(names.begin(), names.end(), files.begin(),
                 [&](const std::string& name) { return folder / name; });
  return files;
}

/// Looked for before anything is listed, since whoever may read an object need not be let list
/// the bucket. What is wrong otherwise is said when that is tried.
bool is_object(s3::Client& client, const std::string& key) {
  try {
    return !key.empty() && !key.ends_with('/') && client.exists(key);
  } catch (const Error&) {
    return false;
  }
}

std::vector<fs::path> objects_at(const std::string& url, std::span<const FilePattern> patterns) {
  const s3::Place place = s3::parse_place(url);
  s3::Client client(place.bucket);
  if (is_object(client, place.key)) {
    return {url};
  }
  const auto keys = client.list(place.key);
  std::vector<fs::path> objects;
  const std::size_t slash = place.key.rfind('/');
  const std::size_t folder = slash == std::string::npos ? 0 : slash + 1;
  for (const std::string& key : keys) {
    const std::string_view name = std::string_view(key).substr(folder);
    if (!key.ends_with('/') && !is_hidden(name) && fits(name, patterns)) {
      objects.emplace_back(s3::url_of({place.bucket, key}));
    }
  }
  return objects;
}

}  // namespace

bool is_many(const std::string& place) {
  std::error_code ignored;
  return place != "-" && (s3::is_url(place) || fs::is_directory(place, ignored));
}

std::vector<fs::path> files_at(const std::string& place, std::span<const FilePattern> patterns) {
  if (!is_many(place)) {
    return {place};
  }
  auto files = s3::is_url(place) ? objects_at(place, patterns) : files_in(place, patterns);
  if (files.empty()) {
    refuse_none(place, patterns);
  }
  return files;
}

}  // namespace tracetwin
