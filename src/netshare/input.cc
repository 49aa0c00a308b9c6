#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "netshare/sections.h"

namespace tracetwin::netshare {
namespace {

namespace fs = std::filesystem;

/// "<file_path>" of examples, to be replaced by the user.
bool is_placeholder(const Value& value) {
  const std::string& text = value.text();
  return text.empty() || (text.front() == '<' && text.back() == '>');
}

std::optional<Value> path_at(const Config& config, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    const auto found = config.first_given({path});
    if (found && !is_placeholder(*found)) {
      return found;
    }
  }
  return std::nullopt;
}

/// The classes that read the data, and the format that they stand for.
struct DataClass {
  std::string_view name;
  std::optional<Format> format;
};
constexpr std::array kClasses = {
    DataClass{"NetsharePrePostProcessor", std::nullopt},
    DataClass{"ZeeklogPrePostProcessor", Format::kZeek},
    DataClass{"DGRowPerSamplePrePostProcessor", std::nullopt},
};

std::optional<Format> format_of_class(const Config& config) {
  const auto name = config.first_given({"pre_post_processor.class"});
  return name ? row_named(std::span<const DataClass>(kClasses), name->text(),
                          "pre_post_processor.class")
                    .format
              : std::nullopt;
}

/// Dumps of the scripts do not say it: an option of theirs did.
Format format_of_name(const fs::path& file) {
  constexpr std::string_view kCaptures[] = {".pcap", ".pcapng", ".cap"};
  fs::path name = file.filename();
  while (name.has_extension()) {
    if (std::find(std::begin(kCaptures), std::end(kCaptures), name.extension().string()) !=
        std::end(kCaptures)) {
      return Format::kPcap;
    }
    name = name.stem();
  }
  return Format::kNetflow;
}

Format read_format(const Config& config, const fs::path& file, Notes& notes) {
  const auto given = config.first_given({"dataset_type", "global_config.dataset_type",
                                         "input_adapters.format_normalizer.dataset_type",
                                         "input_adapters.format_normalizer.type"});
  if (const auto format = format_of_class(config)) {
    return *format;
  }
  if (given) {
    return given->meaning(kFormats);
  }
  if (config.find("camera_ready")) {
    const Format format = format_of_name(file);
    notes.remark("file_type", fmt::format("missing; taken as {} by the name of the input",
                                          word_for(kFormats, format)));
    return format;
  }
  return Format::kCsv;
}

std::vector<JsonColumn> read_columns(const Config& config) {
  const auto list = config.first_given({"input_adapters.format_normalizer.columns"});
  std::vector<JsonColumn> columns;
  for (const Value& item : list ? list->items() : std::vector<Value>()) {
    const auto name = item.at("name");
    const auto key = item.at("key");
    if (!name || !key) {
      item.refuse("an object with \"name\" and \"key\"");
    }
    columns.push_back({name->text(), key->text()});
  }
  if (columns.empty()) {
    throw Error("input_adapters.format_normalizer.columns is missing for list-of-jsons",
                R"(Give [{"name": "srcip", "key": "source.ip"}, ...].)");
  }
  return columns;
}

[[noreturn]] void refuse_missing() {
  throw Error("the configuration names no input",
              "Give input_adapters.data_source.original_data_file, or input_folder.");
}

void read_bucket(Input& input, const Config& config) {
  const auto bucket = config.first_given({"bucket_name", "input_adapters.data_source.bucket_name"});
  if (!bucket || is_placeholder(*bucket)) {
    throw Error("input_adapters.data_source.type is s3, but bucket_name is missing",
                "Give input_adapters.data_source.bucket_name.");
  }
  input.bucket = bucket->text();
}

fs::path existing(const Value& value, const Config& config, Notes& notes) {
  fs::path path = resolve(value, config.folder, notes);
  if (!fs::exists(path)) {
    value.refuse("a file or folder that is there",
                 "Relative paths begin in the current folder, or in the configuration's.");
  }
  return path;
}

void read_files(Input& input, const Config& config, Notes& notes) {
  const auto file = path_at(config, {"global_config.original_data_file",
                                     "input_adapters.data_source.original_data_file"});
  const auto folder = path_at(
      config, {"global_config.original_data_folder", "input_adapters.data_source.input_folder"});
  if (!file && !folder) {
    refuse_missing();
  }
  const fs::path path = existing(file ? *file : *folder, config, notes);
  (fs::is_directory(path) ? input.folder : input.file) = path;
  if (const auto extension = config.first_given({"global_config.file_extension"})) {
    const std::string& text = extension->text();
    input.extension = text.empty() || text.front() == '.' ? text : "." + text;
  }
}

}  // namespace

Input read_input(const Config& config, Notes& notes) {
  Input input;
  if (const auto type = config.first_given({"input_adapters.data_source.type"})) {
    input.source = type->meaning(kSources);
  }
  if (input.source == Source::kS3) {
    read_bucket(input, config);
  } else {
    read_files(input, config, notes);
  }
  input.format = read_format(config, input.file, notes);
  if (input.format == Format::kJsonLines) {
    input.columns = read_columns(config);
  }
  return input;
}

}  // namespace tracetwin::netshare
