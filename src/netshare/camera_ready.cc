#include "netshare/camera_ready.h"

#include <fmt/format.h>

#include <algorithm>

#include "netshare/keys.h"
#include "netshare/model_keys.h"

namespace tracetwin::netshare {
namespace {

/// Where a key of the scripts, or an option of their pre-processing, is today.
struct Moved {
  std::string_view name;
  const char* to;  ///< JSON pointer; empty: nowhere
  std::string_view why = {};
};

constexpr Moved kMoved[] = {
    {"dataset", "/input_adapters/data_source/original_data_file"},
    {"src_csv", "/input_adapters/data_source/original_data_file"},
    {"file_type", "/global_config/dataset_type"},
    {"num_chunks", "/global_config/n_chunks"},
    {"n_chunks", "/global_config/n_chunks"},
    {"n_instances", "/global_config/n_chunks"},
    {"dp", "/global_config/dp"},
    {"seed", "/global_config/seed"},
    {"max_flow_len", "/learn/max_flow_len"},
    {"global_max_flow_len", "/learn/max_flow_len"},
    {"split_name", "/learn/split_name"},
    {"df2epochs", "/learn/df2chunks"},
    {"df2chunks", "/learn/df2chunks"},
    {"norm_option", "/learn/norm_option"},
    {"full_IP_header", "/learn/full_IP_header"},
    {"encode_IP", "/learn/encode_IP"},
    {"word2vec_vecSize", "/global_config/word2vec_vecSize"},
    {"pcap_interarrival", "/global_config/timestamp"},
    {"netflow_interarrival", "/global_config/timestamp"},
    {"start_time", "/public_times/begin"},
    {"end_time", "/public_times/end"},
    {"min_interarrival_within_flow", "/public_times/shortest_gap"},
    {"max_interarrival_within_flow", "/public_times/longest_gap"},
    {"src_dir", "", "the scripts are not used"},
    {"sleep_time_check_finish", "", "nothing is polled"},
    {"sleep_time_launch_cmd", "", "nothing is polled"},
    {"conda_virtual_env", "", "no Python is needed"},
};

const Moved* moved_key(std::string_view name) {
  const auto* found = std::find_if(std::begin(kMoved), std::end(kMoved),
                                   [&](const Moved& row) { return row.name == name; });
  return found == std::end(kMoved) ? nullptr : found;
}

/// The scripts' switch for times is a flag.
Json moved_value(const Value& value) {
  const bool is_switch = value.path().ends_with("_interarrival") && value.json().is_boolean();
  return is_switch ? Json(value.flag() ? "interarrival" : "raw") : value.json();
}

std::string dotted(std::string pointer) {
  std::replace(pointer.begin(), pointer.end(), '/', '.');
  return pointer.substr(1);
}

/// Puts a value into its place, unless there is another. Null leaves a value that is there.
void move_value(Json& to, const Moved& row, const Value& value, Notes& notes) {
  if (!row.why.empty()) {
    notes.ignored(value.path(), std::string(row.why));
    return;
  }
  notes.translated(value.path(), "read as " + dotted(row.to));
  Json& place = to[Json::json_pointer(row.to)];
  const Json moved = moved_value(value);
  if (!place.is_null() && !moved.is_null() && place != moved) {
    value.refuse(
        fmt::format("{} as elsewhere in the file: one run has one value of it", place.dump()),
        "Make a file for each.");
  }
  place = place.is_null() ? moved : place;
}

/// A list of one is its value.
Value single(const Value& value) {
  const Json& json = value.json();
  return json.is_array() && json.size() == 1 ? value.items().front() : value;
}

void put_grid_key(Json& config, const std::string& name, const Value& value) {
  config[name] = value.json();
  if (value.json().is_array()) {
    config[name + std::string(kExpand)] = true;
  }
}

void add_key(Json& to, const std::string& name, const Value& wrapped, Notes& notes) {
  const Value value = single(wrapped);
  const Moved* moved = moved_key(name);
  if (moved != nullptr && value.json().is_array()) {
    value.refuse("a single value: one run has one value of it", "Make a file for each.");
  }
  if (moved != nullptr) {
    move_value(to, *moved, value, notes);
  } else {
    put_grid_key(to["model"]["config"], name, value);
  }
}

void add_keys(Json& to, const std::optional<Value>& from, Notes& notes) {
  if (!from || from->is_null()) {
    return;
  }
  if (!from->json().is_object()) {
    from->refuse("an object");
  }
  for (const auto& [name, json] : from->json().items()) {
    add_key(to, name, Value(json, joined(from->path(), name)), notes);
  }
}

void demand_same(const Json& first, const Json& other) {
  for (const char* section : {"input_adapters", "global_config", "learn", "public_times"}) {
    if (first.value(section, Json()) != other.value(section, Json())) {
      throw Error(fmt::format("the objects of test_config differ in what becomes of {}", section),
                  "Make a file for each.");
    }
  }
}

}  // namespace

bool is_camera_ready(const Json& json) {
  return json.contains("test_config");
}

std::vector<Json> from_camera_ready(const Json& dump, Notes& notes) {
  const Value root(dump, "");
  if (root.at("scheduler_config")) {
    notes.ignored("scheduler_config", "no other machines take part");
  }
  for (const auto& [name, json] : dump.items()) {
    if (name != "scheduler_config" && name != "global_config" && name != "test_config") {
      notes.unknown(name, "unknown beside test_config, ignored");
    }
  }
  std::vector<Json> runs;
  for (const Value& test : root.at("test_config")->items()) {
    Json run = {{"model", {{"config", Json::object()}}}};
    add_keys(run, root.at("global_config"), notes);
    add_keys(run, test, notes);
    runs.push_back(std::move(run));
    demand_same(runs.front(), runs.back());
  }
  if (runs.empty()) {
    throw Error("test_config is empty", "It is a list of objects, each with lists of values.");
  }
  return runs;
}

}  // namespace tracetwin::netshare
