#include "netshare/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "netshare/model_keys.h"
#include "netshare/presets.h"
#include "netshare/syntax.h"

namespace tracetwin::netshare {
namespace {

namespace fs = std::filesystem;

/// A file of the chain: on disk, or a preset.
struct Link {
  std::string name;
  fs::path folder;  ///< empty of a preset
  Json json;
  bool is_preset = false;
};

std::string other_name(std::string_view key) {
  if (key == "type" || key == "dataset_type") {  // of format_normalizer
    return key == "type" ? "dataset_type" : "type";
  }
  return other_name_of(key);
}

Link file_link(const fs::path& path) {
  return {path.string(), path.parent_path(), read_config(path), false};
}

/// Folders to look in for defaults, in order.
std::vector<fs::path> search_folders(const Link& link, const fs::path& config_folder,
                                     Notes& notes) {
  std::vector<fs::path> folders;
  if (!link.is_preset) {
    folders.push_back(link.folder);
  }
  if (const auto paths = find_in(link.json, "default_search_paths"); paths && !paths->is_null()) {
    for (const Value& path : paths->items()) {
      folders.push_back(resolve(path, config_folder, notes));
    }
  }
  return folders;
}

Link default_link(const Link& link, const fs::path& config_folder, Notes& notes) {
  const std::string& name = find_in(link.json, "default")->text();
  for (const fs::path& folder : search_folders(link, config_folder, notes)) {
    if (fs::is_regular_file(folder / name)) {
      return file_link(folder / name);
    }
  }
  if (const auto text = preset_text(name)) {
    return {name, {}, parse_config(*text, name), true};
  }
  const auto presets = preset_names();
  const auto near = nearest(name, presets);
  throw Error(
      fmt::format("{}: its default \"{}\" is neither beside it nor a preset", link.name, name),
      near ? fmt::format("Did you mean \"{}\"?", *near)
           : fmt::format("There is: {}.", fmt::join(presets, ", ")));
}

/// Two paths to one file are one file.
std::string identity(const Link& link) {
  return link.is_preset ? "preset " + link.name : fs::weakly_canonical(link.name).string();
}

void demand_new(const std::vector<Link>& chain, const Link& next) {
  for (const Link& link : chain) {
    if (identity(link) == identity(next)) {
      throw Error(fmt::format("{}: its default \"{}\" leads back to {}", chain.back().name,
                              find_in(chain.back().json, "default")->text(), link.name),
                  "Rename the file if a preset of this name is meant.");
    }
  }
}

std::vector<Link> chain_from(const fs::path& path, Notes& notes) {
  std::vector<Link> chain = {file_link(path)};
  while (true) {
    const auto next = find_in(chain.back().json, "default");
    if (!next || next->is_null()) {
      return chain;
    }
    Link link = default_link(chain.back(), path.parent_path(), notes);
    demand_new(chain, link);
    chain.push_back(std::move(link));
  }
}

fs::path without_tilde(const std::string& text) {
  const char* home = std::getenv("HOME");
  const bool has_tilde = text == "~" || text.starts_with("~/");
  return has_tilde && home != nullptr ? fs::path(home + text.substr(1)) : fs::path(text);
}

}  // namespace

std::optional<Value> find_in(const Json& json, std::string_view path) {
  Value place(json, "");
  while (true) {
    const std::size_t dot = path.find('.');
    if (place.is_null()) {
      return std::nullopt;
    }
    const auto found = place.at(path.substr(0, dot));
    if (!found || dot == std::string_view::npos) {
      return found;
    }
    place = *found;
    path.remove_prefix(dot + 1);
  }
}

std::optional<Value> Config::find(std::string_view path) const {
  return find_in(merged, path);
}

std::optional<Value> Config::first(std::initializer_list<std::string_view> paths) const {
  for (const std::string_view path : paths) {
    if (const auto found = find(path)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Value> Config::first_given(std::initializer_list<std::string_view> paths) const {
  for (const std::string_view path : paths) {
    if (const auto found = find(path); found && !found->is_null()) {
      return found;
    }
  }
  return std::nullopt;
}

void lay_over(Json& base, const Json& over) {
  if (!base.is_object() || !over.is_object()) {
    base = over;
    return;
  }
  for (const auto& [key, value] : over.items()) {
    if (const std::string other = other_name(key); !other.empty() && !over.contains(other)) {
      base.erase(other);
    }
    lay_over(base[key], value);
  }
}

Config load_config(const fs::path& path, Notes& notes) {
  const std::vector<Link> chain = chain_from(path, notes);
  Config config{Json::object(), Json::object(), {}, path.parent_path()};
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    lay_over(config.merged, link->json);
    if (!link->is_preset) {
      lay_over(config.own, link->json);
    }
  }
  for (const Link& link : chain) {
    config.files.push_back(link.name);
  }
  return config;
}

fs::path resolve(const Value& path, const fs::path& folder, Notes& notes) {
  const fs::path wanted = without_tilde(path.text());
  if (wanted.is_relative() && !fs::exists(wanted) && fs::exists(folder / wanted) &&
      !folder.empty()) {
    notes.remark(path.path(),
                 fmt::format("\"{}\" was found beside the configuration file", wanted.string()));
    return folder / wanted;
  }
  return wanted;
}

}  // namespace tracetwin::netshare
