#include "netshare/grid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "netshare/keys.h"
#include "netshare/manager.h"
#include "netshare/model_keys.h"

namespace tracetwin::netshare {
namespace {

/// One key of the flattened sections with the values that it goes through.
struct Axis {
  std::string name;  ///< as in the file
  std::vector<Value> values;
  bool expanded = false;
};

using Flat = std::vector<std::pair<std::string, Value>>;

/// Later sections win.
constexpr std::string_view kSections[] = {"global_config", "pre_post_processor.config", "learn",
                                          "model_manager.config", "model.config"};

bool is_grid(std::string_view name) {
  return grid_key(name) != nullptr || grid_key(expanded_key(name)) != nullptr;
}

bool same_key(std::string_view left, std::string_view right) {
  return left == right || (grid_key(left) != nullptr && grid_key(left) == grid_key(right));
}

Flat::iterator position(Flat& flat, std::string_view name) {
  return std::find_if(flat.begin(), flat.end(),
                      [&](const auto& entry) { return same_key(entry.first, name); });
}

void put(Flat& flat, const std::string& name, const Value& value) {
  const auto found = position(flat, name);
  if (found == flat.end()) {
    flat.emplace_back(name, value);
  } else {
    *found = {name, value};
  }
}

/// A key of the file's is not joined by the default for its expansion.
void put_section(Flat& flat, const Value& section) {
  for (const auto& [name, json] : section.json().items()) {
    if (is_grid(name)) {
      put(flat, name, Value(json, joined(section.path(), name)));
    }
  }
}

void note_hidden(const Flat& before, const Value& section, Notes& notes) {
  for (const auto& [name, value] : before) {
    const auto winner = section.at(name);
    if (winner && winner->json() != value.json()) {
      notes.ignored(value.path(), fmt::format("{} wins over it", winner->path()));
    }
  }
}

Flat flattened(const Config& config, Notes& notes) {
  Flat flat;
  for (const std::string_view path : kSections) {
    if (const auto section = config.find(path); section && !section->is_null()) {
      note_hidden(flat, *section, notes);
      put_section(flat, *section);
    }
  }
  return flat;
}

/// Defaults for what is missing. A key that is there is not expanded by a default.
void add_defaults(Flat& flat, const Json& defaults) {
  const Flat given = flat;
  for (const auto& member : defaults.items()) {
    const std::string& name = member.key();
    const bool has = std::any_of(given.begin(), given.end(), [&](const auto& entry) {
      return same_key(entry.first, name) || same_key(entry.first, expanded_key(name));
    });
    if (!has && is_grid(name)) {
      flat.emplace_back(name, Value(member.value(), "model.config." + name));
    }
  }
}

Axis axis_of(const std::string& name, const Value& value, bool expand, Notes& notes) {
  const bool is_list = value.json().is_array();
  if (expand && !is_list) {
    notes.remark(value.path(), "it is to be expanded, but is no list; taken as a list of one");
    return {name, {value}, true};
  }
  if (!expand && is_list && name == "sample_len") {
    notes.remark(value.path(), "a list without sample_len_expand; expanded all the same");
  } else if (!expand) {
    return {name, {value}, false};
  }
  if (value.json().empty()) {
    value.refuse("a list of at least one value");
  }
  return {name, value.items(), true};
}

std::vector<Axis> axes_of(Flat flat, Notes& notes) {
  std::vector<Axis> axes;
  for (const auto& [name, value] : flat) {
    if (grid_key(name) == nullptr) {
      continue;
    }
    const auto expand = position(flat, name + std::string(kExpand));
    axes.push_back(
        axis_of(name, value, expand != flat.end() && is_truthy(expand->second.json()), notes));
  }
  return axes;
}

GridPoint default_point(const Config& config) {
  GridPoint point;
  point.options.iterations = 200'000;
  point.manager.pretrain_non_dp = pretrains_by_default(config);
  return point;
}

GridPoint point_at(const std::vector<Axis>& axes, const std::vector<std::size_t>& choice,
                   const GridContext& context, Notes& notes) {
  GridPoint point = default_point(context.config);
  std::vector<std::string> labels;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const Value& value = axes[a].values[choice[a]];
    grid_key(axes[a].name)->read(point, value);
    if (axes[a].expanded) {
      labels.push_back(fmt::format("{}-{}", axes[a].name, python_text(value.json())));
    }
  }
  point.name = labels.empty() ? fmt::format("sample_len-{}", point.options.sample_len)
                              : fmt::format("{}", fmt::join(labels, ","));
  finish_point(point, context, notes);
  return point;
}

/// Counts like an odometer; false after the last combination.
bool advance(std::vector<std::size_t>& choice, const std::vector<Axis>& axes) {
  for (std::size_t a = axes.size(); a-- > 0;) {
    if (++choice[a] < axes[a].values.size()) {
      return true;
    }
    choice[a] = 0;
  }
  return false;
}

void demand_possible(const std::vector<Axis>& axes) {
  constexpr std::size_t kMost = 10'000;
  std::size_t points = 1;
  for (const Axis& axis : axes) {
    points *= axis.values.size();
    if (points > kMost) {
      throw Error(fmt::format("the expanded keys have more than {} combinations", kMost),
                  "Leave fewer values in the lists that have _expand beside them.");
    }
  }
}

void settle(Json& object, const std::string& path, Notes& notes);

/// Handles one "K_expand"; K is not of the grid.
void settle_key(Json& object, const std::string& path, const std::string& name, Notes& notes) {
  const auto found = object.find(name);
  if (found == object.end() || !is_known(path, name) ||
      !is_truthy(object.at(name + std::string(kExpand)))) {
    return;
  }
  const Value value(*found, joined(path, name));
  if (!found->is_array()) {
    notes.remark(value.path(), "it is to be expanded, but is no list; taken as a list of one");
  } else if (found->size() == 1) {
    *found = Json(found->at(0));
  } else {
    throw Error(fmt::format("{} has {} values to expand, but only keys of the model and its "
                            "manager can make a grid",
                            value.path(), found->size()),
                "Leave one of its values, and run a file for each.");
  }
}

void settle_member(Json& object, const std::string& path, const std::string& name, Notes& notes) {
  if (!expanded_key(name).empty() && !is_grid(name)) {
    settle_key(object, path, std::string(expanded_key(name)), notes);
  } else {
    settle(object.at(name), joined(path, name), notes);
  }
}

void settle(Json& object, const std::string& path, Notes& notes) {
  if (!object.is_object()) {
    return;
  }
  std::vector<std::string> names;
  for (const auto& member : object.items()) {
    names.push_back(member.key());
  }
  for (const std::string& name : names) {
    settle_member(object, path, name, notes);
  }
}

}  // namespace

void settle_single_values(Json& merged, Notes& notes) {
  settle(merged, "", notes);
}

std::vector<GridPoint> grid_points(const GridContext& context, Notes& notes) {
  Flat flat = flattened(context.config, notes);
  add_defaults(flat, context.defaults);
  const std::vector<Axis> axes = axes_of(std::move(flat), notes);
  demand_possible(axes);
  std::vector<GridPoint> points;
  std::vector<std::size_t> choice(axes.size(), 0);
  do {
    points.push_back(point_at(axes, choice, context, notes));
  } while (advance(choice, axes));
  return points;
}

}  // namespace tracetwin::netshare
