#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "netshare/reading.h"

namespace tracetwin::netshare {
namespace {

using Json = nlohmann::ordered_json;

/// Something of everything that is read.
const char* const kConfig = R"({
  "default": "single_event_per_row.json",
  "default_search_paths": ["x"],
  "dataset_type": "list-of-jsons",
  "bucket_name": "b",
  "global_config": {"overwrite": false, "work_folder": "w", "ray_enabled": true, "n_chunks": 2,
    "dp": true, "timestamp": "raw", "original_data_file": "trace.csv",
    "original_data_folder": ".", "file_extension": "csv", "df2chunks": "fixed_time",
    "word2vec_vecSize": 5, "truncate": "none", "seed": 1},
  "input_adapters": {"data_source": {"type": "local_files", "original_data_file": "a"},
    "format_normalizer": {"columns": [{"name": "a", "key": "b.c"}]}},
  "output_adapters": {"format_denormalizer": {"dataset_type": "csv"}},
  "generate": {"word2vec_vecSize": 5},
  "learn": {"split_name": "multichunk_dep_v2", "dropna": true, "attributes_from_data": true,
    "num_train_samples": 5, "session_key": [{"column": "s", "type": "string"}]},
  "pre_post_processor": {"class": "NetsharePrePostProcessor", "config": {"max_flow_len": 5,
    "norm_option": 1, "full_IP_header": true, "encode_IP": "bit",
    "timestamp": {"column": "t", "generation": true, "encoding": "raw",
                  "normalization": "ZERO_ONE", "name": "n"},
    "word2vec": {"vec_size": 5, "model_name": "m", "pretrain_model_path": "w.txt"},
    "timeseries": [{"column": "f", "name": "g", "type": "integer", "encoding": "bit",
      "n_bits": 4, "truncate": true, "regex": "x", "normalization": "ZERO_ONE",
      "log1p_norm": true, "min_x": 0, "max_x": 1, "choices": [1], "categorical_mapping": true}]}},
  "model_manager": {"class": "NetShareManager", "config": {"pretrain_dir": null, "run": 1,
    "pretrain_non_dp": false, "pretrain_non_dp_reduce_time": 4.0}},
  "model": {"class": "DoppelGANgerTorchModel", "config": {"sample_len": [1, 2],
    "sample_len_expand": true, "epochs": 2, "attr_noise_type": "normal", "sn_mode": null,
    "initial_state": "zero", "dp_noise_multiplier": 1.0, "dp_l2_norm_clip": 1.0}}})";

/// One of the scripts' dumps.
const char* const kDump = R"({"scheduler_config": {}, "global_config": {"file_type": "pcap",
  "start_time": 1, "pcap_interarrival": true},
  "test_config": [{"dataset": ["trace.csv"], "num_chunks": [2], "sample_len": [1, 2]}]})";

void collect(const Json& json, const Json::json_pointer& at,
             std::vector<Json::json_pointer>& places) {
  places.push_back(at);
  if (json.is_object()) {
    for (const auto& [key, member] : json.items()) {
      collect(member, at / key, places);
    }
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) {
      collect(json[i], at / i, places);
    }
  }
}

/// Reads the configuration with everything in turn replaced by values of every type. Anything but
/// a plan or an Error with a remedy fails the test.
void replace_everything(const char* text) {
  const test::Folder folder;
  const Json config = Json::parse(text);
  std::vector<Json::json_pointer> places;
  collect(config, Json::json_pointer(), places);
  folder.write("run.json", text);
  ASSERT_NO_THROW(folder.read("run.json"));
  for (const auto& place : places) {
    for (const char* value : {"null", "true", "-1", "1e300", "\"\"", "\"\u00e9\"", "[]",
                              "[null, 1]", "{}", "{\"\": {\"a_expand\": 1}}"}) {
      Json changed = config;
      changed[place] = Json::parse(value);
      folder.write("run.json", changed.dump());
      try {
        const RunPlan plan = folder.read("run.json");
        EXPECT_FALSE(effective(plan).dump().empty());
        EXPECT_FALSE(plan.points.empty());
      } catch (const Error& error) {
        EXPECT_FALSE(error.remedy().empty()) << error.what();
      }
    }
  }
}

TEST(AnyValue, IsReadOrRefused) {
  replace_everything(kConfig);
}
TEST(AnyValue, OfADumpIsReadOrRefused) {
  replace_everything(kDump);
}

}  // namespace
}  // namespace tracetwin::netshare
