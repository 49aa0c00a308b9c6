#include "netshare/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "netshare/model_keys.h"

// Two tables: the sections and which of them share their keys, and the keys of each. Keys of the
// model and its manager may stand in any of the sections that NetShare flattens into one.
namespace tracetwin::netshare {
namespace {

enum class Fate : std::uint8_t { kUse, kSection, kIgnore, kTranslate };

struct Key {
  std::string_view section;
  std::string_view name;
  Fate fate = Fate::kUse;
  std::string_view why = {};
  std::string_view harmless = {};  ///< JSON of the value that is not worth a word
};

constexpr std::string_view kInternal = "it is set by the program itself";
constexpr std::string_view kPlots = "no sample plots are drawn during training";
constexpr std::string_view kSwitch = "it is a development switch of NetShare";

constexpr Key kKeys[] = {
    {"", "default"},
    {"", "default_search_paths"},
    {"", "expand", Fate::kIgnore, "keys with _expand beside them always make a grid"},
    {"", "expand_suffix", Fate::kIgnore, "the suffix is always _expand", "\"_expand\""},
    {"", "dataset_type"},
    {"", "bucket_name"},
    {"", "global_config", Fate::kSection},
    {"", "input_adapters", Fate::kSection},
    {"", "output_adapters", Fate::kSection},
    {"", "generate", Fate::kSection},
    {"", "learn", Fate::kSection},
    {"", "pre_post_processor", Fate::kSection},
    {"", "model_manager", Fate::kSection},
    {"", "model", Fate::kSection},

    {"global_config", "overwrite"},
    {"global_config", "work_folder"},
    {"global_config", "ray_enabled", Fate::kTranslate,
     "true trains chunks side by side, false one after the other; Ray is not needed"},
    {"global_config", "n_chunks"},
    {"global_config", "dp"},
    {"global_config", "timestamp", Fate::kSection},
    {"global_config", "original_data_file"},
    {"global_config", "original_data_folder"},
    {"global_config", "file_extension"},
    {"global_config", "dataset_type"},
    {"global_config", "df2chunks"},
    {"global_config", "word2vec_vecSize", Fate::kTranslate, "read as word2vec.vec_size"},
    {"global_config", "truncate"},
    {"global_config", "seed"},
    {"global_config", "norm_option"},
    {"global_config", "full_IP_header"},
    {"global_config", "encode_IP"},
    {"global_config", "allowed_data_types", Fate::kIgnore, "all our types are allowed"},
    {"global_config", "allowed_data_encodings", Fate::kIgnore, "all our encodings are allowed"},

    {"input_adapters", "data_source", Fate::kSection},
    {"input_adapters", "format_normalizer", Fate::kSection},
    {"input_adapters", "chunk_split_type"},
    {"data_source", "type"},
    {"data_source", "original_data_file"},
    {"data_source", "input_folder"},
    {"data_source", "bucket_name"},
    {"format_normalizer", "dataset_type"},
    {"format_normalizer", "type"},
    {"format_normalizer", "columns"},
    {"output_adapters", "format_denormalizer", Fate::kSection},
    {"format_denormalizer", "dataset_type"},
    {"format_denormalizer", "type"},
    {"generate", "word2vec_vecSize", Fate::kTranslate, "read as word2vec.vec_size"},

    {"pre_post_processor", "class"},
    {"pre_post_processor", "config", Fate::kSection},
    {"learn", "num_train_samples"},
    {"learn", "num_test_samples", Fate::kIgnore, "nothing is held back for a test"},
    {"learn", "attributes_from_data"},
    {"learn", "df2chunks"},
    {"learn", "split_name"},
    {"learn", "max_flow_len"},
    {"learn", "dropna"},
    {"learn", "session_key"},
    {"learn", "metadata"},
    {"learn", "timeseries"},
    {"learn", "timestamp", Fate::kSection},
    {"learn", "word2vec", Fate::kSection},
    {"learn", "norm_option"},
    {"learn", "full_IP_header"},
    {"learn", "encode_IP"},
    {"learn", "truncate"},
    {"timestamp", "column"},
    {"timestamp", "generation"},
    {"timestamp", "encoding"},
    {"timestamp", "normalization"},
    {"timestamp", "name"},
    {"word2vec", "vec_size"},
    {"word2vec", "pretrain_model_path"},
    {"word2vec", "model_name", Fate::kIgnore, "the vectors are kept with the model"},
    {"word2vec", "annoy_n_trees", Fate::kIgnore, "the nearest word is searched exactly"},

    {"model_manager", "class"},
    {"model_manager", "config", Fate::kSection},
    {"model", "class"},
    {"model", "config", Fate::kSection},
};

/// Keys beside those that a grid may go over, in the flattened sections.
constexpr Key kModelKeys[] = {
    {"", "vis_freq", Fate::kIgnore, kPlots},
    {"", "vis_num_sample", Fate::kIgnore, kPlots},
    {"", "fix_feature_network", Fate::kIgnore, kSwitch, "false"},
    {"", "debug", Fate::kIgnore, kSwitch, "false"},
    {"", "combined_disc", Fate::kIgnore, kSwitch, "true"},
    {"", "num_cores", Fate::kTranslate, "read as the number of threads", "null"},
    {"", "generate_num_test_sample", Fate::kIgnore, "no test samples are made"},
    {"", "restore", Fate::kIgnore, kInternal},
    {"", "dataset", Fate::kIgnore, kInternal},
    {"", "result_folder", Fate::kIgnore, kInternal},
    {"", "chunk_id", Fate::kIgnore, kInternal},
    {"", "eval_root_folder", Fate::kIgnore, kInternal},
    {"", "given_data_attribute_flag", Fate::kIgnore, kInternal},
};

constexpr std::string_view kFlattened[] = {"global_config", "learn", "pre_post_processor.config",
                                           "model_manager.config", "model.config"};

bool is_flattened(std::string_view path) {
  return std::find(std::begin(kFlattened), std::end(kFlattened), path) != std::end(kFlattened);
}

/// The section in kKeys that has the keys of an object at `path`.
std::string_view section_of(std::string_view path) {
  if (path == "pre_post_processor.config") {
    return "learn";
  }
  if (path == "model.config" || path == "model_manager.config") {
    return path;
  }
  return path.substr(path.rfind('.') + 1);
}

const Key* find_key(std::string_view path, std::string_view name) {
  static constexpr Key kGrid{"", "a key of the grid"};
  const std::string_view section = section_of(path);
  for (const Key& key : kKeys) {
    if (key.section == section && key.name == name) {
      return &key;
    }
  }
  for (const Key& key : kModelKeys) {
    if (is_flattened(path) && key.name == name) {
      return &key;
    }
  }
  return is_flattened(path) && grid_key(name) != nullptr ? &kGrid : nullptr;
}

/// Where the key would have had an effect; empty if nowhere.
std::string_view home_of(std::string_view name) {
  const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                 [&](const Key& row) { return row.name == name; });
  if (key != std::end(kKeys)) {
    return key->section.empty() ? "the top level" : key->section;
  }
  return grid_key(name) != nullptr ? "model.config" : "";
}

std::vector<std::string> names_at(std::string_view path) {
  std::vector<std::string> names;
  for (const Key& key : kKeys) {
    if (key.section == section_of(path)) {
      names.emplace_back(key.name);
    }
  }
  for (const GridKey& key : grid_keys()) {
    if (is_flattened(path)) {
      names.emplace_back(key.name);
      names.emplace_back(key.other);
    }
  }
  return names;
}

void note_unknown(const std::string& path, const std::string& name, Notes& notes) {
  if (const std::string_view home = home_of(name); !home.empty()) {
    notes.unknown(joined(path, name), fmt::format("it is not read here, but in {}", home));
  } else if (const auto near = nearest(name, names_at(path))) {
    notes.unknown(joined(path, name), fmt::format("unknown, ignored; did you mean \"{}\"?", *near));
  } else {
    notes.unknown(joined(path, name), "unknown, ignored");
  }
}

void note_object(const Json& object, const std::string& path, Notes& notes);

void note_known(const Key& key, const Value& value, Notes& notes) {
  const bool harmless = value.json().dump() == key.harmless;
  if (key.fate == Fate::kIgnore && !harmless) {
    notes.ignored(value.path(), std::string(key.why));
  } else if (key.fate == Fate::kTranslate && !harmless) {
    notes.translated(value.path(), std::string(key.why));
  } else if (key.fate == Fate::kSection && value.json().is_object()) {
    note_object(value.json(), value.path(), notes);
  } else if (key.fate == Fate::kSection && key.name != "timestamp" && !value.is_null()) {
    value.refuse("an object");
  }
}

void note_object(const Json& object, const std::string& path, Notes& notes) {
  for (const auto& [name, member] : object.items()) {
    const std::string_view expanded = expanded_key(name);
    const Key* key = find_key(path, name);
    if (key != nullptr) {
      note_known(*key, Value(member, joined(path, name)), notes);
    } else if (expanded.empty() ||
               (find_key(path, expanded) == nullptr && !object.contains(expanded))) {
      note_unknown(path, name, notes);
    }
  }
}

}  // namespace

bool is_known(std::string_view path, std::string_view name) {
  return find_key(path, name) != nullptr;
}

void note_keys(const Json& own, Notes& notes) {
  note_object(own, "", notes);
}

std::string_view expanded_key(std::string_view key) {
  return key.ends_with(kExpand) ? key.substr(0, key.size() - kExpand.size()) : "";
}

bool is_truthy(const Json& json) {
  if (json.is_number()) {
    return json.get<double>() != 0;
  }
  if (json.is_string()) {
    return !json.get_ref<const std::string&>().empty();
  }
  return json.is_boolean() ? json.get<bool>() : !json.is_null() && !json.empty();
}

}  // namespace tracetwin::netshare
