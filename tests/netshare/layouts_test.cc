#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netshare/reading.h"

namespace tracetwin::netshare {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

using test::keys_of;
using test::names_of;
using test::plan_of;

/// The sections of a README in the newest layout, with fields listed; `rest` joins the model.
std::string full_pcap(const std::string& rest = "") {
  return R"({
    "global_config": {"overwrite": true, "work_folder": "results/pcap", "n_chunks": 2},
    "default": "pcap.json",
    "input_adapters": {"data_source": {"type": "local_files", "original_data_file": "@/trace.csv"}},
    "learn": {
      "session_key": [
        {"column": "srcip", "type": "integer", "encoding": "bit", "n_bits": 32},
        {"column": "dstip", "type": "integer", "encoding": "bit", "n_bits": 32},
        {"column": "srcport", "type": "integer", "encoding": "word2vec_port"},
        {"column": "dstport", "type": "integer", "encoding": "word2vec_port"},
        {"column": "proto", "type": "string", "encoding": "word2vec_proto"}],
      "timeseries": [{"column": "pkt_len", "type": "float", "normalization": "ZERO_ONE"}],
      "timestamp": {"column": "time", "generation": true, "encoding": "interarrival",
                    "normalization": "ZERO_ONE"},
      "word2vec": {"vec_size": 10, "model_name": "w2v", "annoy_n_trees": 100,
                   "pretrain_model_path": null}},
    "model": {"class": "DoppelGANgerTFModel", "config": {"batch_size": 100)" +
         rest + "}}}";
}

TEST(Layouts, SeedInFull) {
  const RunPlan plan = plan_of(full_pcap());
  EXPECT_EQ(plan.layout, Layout::kSeed);
  EXPECT_EQ(plan.input.format, Format::kPcap);
  EXPECT_EQ(plan.input.file.filename(), "trace.csv");
  EXPECT_TRUE(plan.write_pcap);
  EXPECT_TRUE(plan.overwrite);
  EXPECT_FALSE(plan.parallel);
  EXPECT_EQ(plan.work_folder, "results/pcap");
  EXPECT_EQ(plan.n_chunks, 2U);
  EXPECT_THAT(names_of(plan.metadata),
              ElementsAre("srcip", "dstip", "srcport", "dstport", "proto"));
  EXPECT_EQ(plan.metadata[0].n_bits, 32U);
  EXPECT_EQ(plan.metadata[3].group, "port");
  EXPECT_THAT(names_of(plan.timeseries), ElementsAre("pkt_len"));
  EXPECT_EQ(plan.timestamp->column, "time");
  EXPECT_TRUE(plan.timestamp->generation);
  EXPECT_THAT(names_of(plan.points), ElementsAre("sample_len-5", "sample_len-10", "sample_len-25",
                                                 "sample_len-50", "sample_len-100"));
  EXPECT_EQ(plan.points[2].options.sample_len, 25U);
  EXPECT_EQ(plan.points[0].options.iterations, 80'000U);
  EXPECT_EQ(plan.points[0].extra_checkpoint_freq, 4'000U);
  EXPECT_EQ(plan.points[0].group, "dp_noise_multiplier-None,dp-False,pretrain-True");
  EXPECT_TRUE(plan.points[0].manager.pretrain_non_dp);
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored),
              ElementsAre("learn.word2vec.model_name", "learn.word2vec.annoy_n_trees"));
  EXPECT_THAT(keys_of(plan, NoteKind::kUnknown), IsEmpty());
}

TEST(Layouts, SeedQuickCheck) {
  const RunPlan plan = plan_of(full_pcap(R"(, "sample_len": [10], "iteration": 40,
      "extra_checkpoint_freq": 10, "epoch_checkpoint_freq": 5)"));
  ASSERT_THAT(names_of(plan.points), ElementsAre("sample_len-10"));
  EXPECT_EQ(plan.points[0].options.iterations, 40U);
  EXPECT_EQ(plan.points[0].extra_checkpoint_freq, 10U);
  EXPECT_EQ(plan.points[0].epoch_checkpoint_freq, 5U);
}

TEST(Layouts, SeedWithTheFieldsWhereOlderFilesHaveThem) {
  const RunPlan plan = plan_of(R"({
    "default": "netflow.json",
    "global_config": {"n_chunks": 2, "dataset_type": null},
    "input_adapters": {"data_source": {"original_data_file": "@/trace.csv"},
                       "format_normalizer": {"dataset_type": null}},
    "pre_post_processor": {"class": "NetsharePrePostProcessor", "config": {
      "timestamp": {"column": "ts", "generation": true, "encoding": "raw"},
      "word2vec": {"vec_size": 12},
      "metadata": [{"column": "srcip", "type": "integer", "encoding": "bit", "n_bits": 32}],
      "timeseries": [{"column": "type", "type": "string", "encoding": "categorical"}]}}})");
  EXPECT_EQ(plan.layout, Layout::kSeed);
  EXPECT_EQ(plan.input.format, Format::kCsv);
  EXPECT_EQ(plan.timestamp->encoding, TimeEncoding::kRaw);  // the object, not the preset's text
  EXPECT_EQ(plan.word2vec.vec_size, 12U);
  EXPECT_EQ(plan.timeseries[0].encoding, Encoding::kCategorical);
  EXPECT_EQ(plan.points.size(), 3U);
}

TEST(Layouts, TheSmallestSeedFileGetsItsFieldsFromTheFormat) {
  const RunPlan plan = plan_of(R"({"default": "netflow.json", "global_config": {"n_chunks": 2},
      "input_adapters": {"data_source": {"original_data_file": "@/trace.csv"}}})");
  EXPECT_EQ(plan.input.format, Format::kNetflow);
  EXPECT_THAT(names_of(plan.metadata),
              ElementsAre("srcip", "dstip", "srcport", "dstport", "proto"));
  EXPECT_THAT(names_of(plan.timeseries), ElementsAre("td", "pkt", "byt", "label", "type"));
  EXPECT_TRUE(plan.timeseries[0].log1p);
  EXPECT_TRUE(plan.timeseries[3].optional);
  EXPECT_EQ(plan.timestamp->column, "ts");
  EXPECT_TRUE(plan.timestamp->generation);
  EXPECT_FALSE(plan.write_pcap);
  EXPECT_THAT(keys_of(plan, NoteKind::kRemark), ElementsAre("metadata", "timeseries"));
}

TEST(Layouts, TensorFlow) {
  const RunPlan plan = plan_of(R"({
    "global_config": {"original_data_file": "@/trace.csv", "dataset_type": "pcap", "n_chunks": 2,
                      "dp": false, "timestamp": "raw", "word2vec_vecSize": 16,
                      "truncate": "none"},
    "default": "pcap.json",
    "pre_post_processor": {"class": "NetsharePrePostProcessor", "config": {
      "norm_option": 1, "full_IP_header": false, "encode_IP": "bit",
      "split_name": "multichunk_dep_v1", "df2chunks": "fixed_size", "max_flow_len": 500}},
    "model_manager": {"class": "NetShareManager", "config": {"pretrain_non_dp": true}},
    "model": {"class": "DoppelGANgerTFModel", "config": {"sample_len": [10], "iteration": 40}}})");
  EXPECT_EQ(plan.layout, Layout::kTensorFlow);
  EXPECT_EQ(plan.timestamp->encoding, TimeEncoding::kRaw);
  EXPECT_EQ(plan.timestamp->column, "time");
  EXPECT_EQ(plan.word2vec.vec_size, 16U);
  EXPECT_FALSE(plan.truncate_per_chunk);
  EXPECT_THAT(names_of(plan.timeseries), ElementsAre("pkt_len"));
  EXPECT_EQ(plan.timeseries[0].normalization, Normalization::kMinusOneOne);
  EXPECT_EQ(plan.flow_tags, FlowTags::kV1);
  EXPECT_EQ(plan.chunk_by, ChunkBy::kFixedSize);
  EXPECT_EQ(plan.max_flow_len, 500U);
  EXPECT_THAT(keys_of(plan, NoteKind::kTranslated), ElementsAre("global_config.word2vec_vecSize"));
}

TEST(Layouts, TensorFlowZeekByClass) {
  const RunPlan plan = plan_of(R"({
    "global_config": {"original_data_file": "@/trace.csv", "dataset_type": "netflow"},
    "default": "zeek.json",
    "pre_post_processor": {"class": "ZeeklogPrePostProcessor"}})");
  EXPECT_EQ(plan.input.format, Format::kZeek);
  EXPECT_EQ(plan.timestamp->encoding, TimeEncoding::kRaw);
  EXPECT_TRUE(plan.truncate_per_chunk);
  EXPECT_EQ(plan.timeseries.size(), 10U);
  EXPECT_EQ(plan.timeseries.back().choices.size(), 13U);
}

TEST(Layouts, Master) {
  const RunPlan plan = plan_of(R"({
    "global_config": {"original_data_file": "@/trace.csv", "dataset_type": "netflow",
                      "n_chunks": 2, "dp": false, "overwrite": true,
                      "allowed_data_types": ["ip_string"]},
    "default": "single_event_per_row.json",
    "pre_post_processor": {"class": "NetsharePrePostProcessor", "config": {
      "timestamp": {"column": "ts", "generation": true, "encoding": "interarrival",
                    "normalization": "ZERO_ONE"},
      "metadata": [{"column": "srcip", "type": "ip_string", "encoding": "bit"}],
      "timeseries": [{"column": "td", "type": "float", "normalization": "ZERO_ONE",
                      "min_x": 0, "max_x": 600},
                     {"column": "type", "type": "string", "encoding": "categorical",
                      "choices": ["benign", 7]}]}},
    "model": {"class": "DoppelGANgerTorchModel", "config": {
      "sample_len": [1, 5], "epochs": 40, "generator_feature_num_units": 50,
      "use_attr_discriminator": false, "use_adaptive_rolling": true}}})");
  EXPECT_EQ(plan.layout, Layout::kMaster);
  EXPECT_TRUE(plan.truncate_per_chunk);
  EXPECT_EQ(plan.metadata[0].type, FieldType::kIp);
  EXPECT_EQ(plan.metadata[0].n_bits, 32U);
  EXPECT_EQ(plan.timeseries[0].max, 600);
  EXPECT_THAT(plan.timeseries[1].choices, ElementsAre("benign", "7"));
  ASSERT_EQ(plan.points.size(), 2U);
  EXPECT_EQ(plan.points[0].epochs, 40U);
  EXPECT_EQ(plan.points[0].options.feature_units, 50U);
  EXPECT_FALSE(plan.points[0].options.attribute_critic);
  EXPECT_TRUE(plan.points[0].adaptive_rolling);
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored), ElementsAre("global_config.allowed_data_types"));
}

TEST(Layouts, RowPerSample) {
  const RunPlan plan = plan_of(R"({
    "default": "dg_table_row_per_sample.json",
    "input_adapters": {"data_source": {"original_data_file": "@/trace.csv"}},
    "learn": {
      "session_key": [{"column": "Page", "name": "domain", "type": "string",
                       "regex": "_([^_]*)_", "encoding": "categorical"}],
      "timeseries": [{"columns": ["d1", "d2", "d3"], "type": "float",
                      "normalization": "MINUSONE_ONE", "name": "views"}]}})");
  EXPECT_TRUE(plan.attributes_from_data);
  EXPECT_EQ(plan.num_train_samples, 50'000U);
  EXPECT_EQ(plan.n_chunks, 1U);
  EXPECT_EQ(plan.metadata[0].regex, "_([^_]*)_");
  EXPECT_THAT(plan.timeseries[0].columns, ElementsAre("d1", "d2", "d3"));
  EXPECT_EQ(plan.timeseries[0].names.size(), 3U);
  EXPECT_EQ(plan.timestamp->column, "Unnamed: 0");
  EXPECT_FALSE(plan.timestamp->generation);
  ASSERT_THAT(names_of(plan.points), ElementsAre("sample_len-10"));
  EXPECT_TRUE(plan.points[0].self_norm);
  EXPECT_FALSE(plan.points[0].manager.pretrain_non_dp);
  EXPECT_EQ(plan.points[0].options.d_rounds, 1U);
}

TEST(Layouts, AFileWithoutDefaultOrManager) {
  const RunPlan plan = plan_of(R"({
    "input_adapters": {"data_source": {"original_data_file": "@/trace.csv"}},
    "learn": {"session_key": [{"column": "id", "type": "string"}],
              "timeseries": [{"column": "value", "type": "float"}]},
    "model": {"config": {"sample_len": 10}}})");
  EXPECT_EQ(plan.n_chunks, 1U);
  EXPECT_FALSE(plan.timestamp.has_value());
  EXPECT_EQ(plan.metadata[0].encoding, Encoding::kCategorical);
  ASSERT_THAT(names_of(plan.points), ElementsAre("sample_len-10"));
  EXPECT_EQ(plan.points[0].options.iterations, 200'000U);
  EXPECT_FALSE(plan.points[0].manager.pretrain_non_dp);
  EXPECT_THAT(plan.notes, IsEmpty());
}

TEST(Layouts, JsonLines) {
  const RunPlan plan = plan_of(R"({
    "input_adapters": {"data_source": {"input_folder": "@"},
      "format_normalizer": {"type": "list-of-jsons",
                            "columns": [{"name": "id", "key": "device.id"}]}},
    "learn": {"metadata": [{"column": "id", "type": "string"}], "timeseries": []}})");
  EXPECT_EQ(plan.input.format, Format::kJsonLines);
  EXPECT_TRUE(plan.input.file.empty());
  EXPECT_FALSE(plan.input.folder.empty());
  EXPECT_EQ(plan.input.columns.at(0).key, "device.id");
}

TEST(Layouts, Buckets) {
  const RunPlan plan = plan_of(R"({"default": "pcap.json", "bucket_name": "traces",
      "input_adapters": {"data_source": {"type": "s3"}}})");
  EXPECT_EQ(plan.input.source, Source::kS3);
  EXPECT_EQ(plan.input.bucket, "traces");
}

TEST(Layouts, CameraReady) {
  const RunPlan plan = plan_of(R"({
    "scheduler_config": {"result_root_folder": "results", "ignored_keys_for_folder_name": []},
    "global_config": {"batch_size": 64, "src_dir": "src", "vis_freq": 5, "file_type": "pcap",
                      "start_time": 10, "global_max_flow_len": 5000,
                      "end_time": 20, "max_interarrival_within_flow": 1},
    "test_config": [
      {"dataset": ["@/trace.csv"], "num_chunks": [10], "iteration": [80000], "run": [0, 1],
       "sample_len": [5, 10], "max_flow_len": [null], "pretrain_non_dp": [true],
       "pretrain_non_dp_reduce_time": [4.0], "split_name": ["multiepoch_dep_v2"],
       "restore": [false]},
      {"dataset": ["@/trace.csv"], "num_chunks": [10], "iteration": [80000], "run": [2],
       "sample_len": [5], "max_flow_len": [null], "split_name": ["multiepoch_dep_v2"],
       "dp_noise_multiplier": [0.1, 1.0], "dp_l2_norm_clip": [1.0]}]})");
  EXPECT_EQ(plan.layout, Layout::kCameraReady);
  EXPECT_EQ(plan.input.format, Format::kPcap);
  EXPECT_EQ(plan.n_chunks, 10U);
  EXPECT_EQ(plan.word2vec.vec_size, 32U);
  EXPECT_EQ(plan.max_flow_len, 5000U);
  EXPECT_EQ(plan.public_times.begin, 10);
  EXPECT_EQ(plan.public_times.longest_gap, 1);
  EXPECT_EQ(plan.flow_tags, FlowTags::kV2);
  EXPECT_THAT(
      names_of(plan.points),
      ElementsAre("run-0,sample_len-5", "run-0,sample_len-10", "run-1,sample_len-5",
                  "run-1,sample_len-10", "dp_noise_multiplier-0.1", "dp_noise_multiplier-1.0"));
  EXPECT_EQ(plan.points[3].manager.run, 1U);
  EXPECT_EQ(plan.points[3].options.batch_size, 64U);
  EXPECT_TRUE(plan.points[0].manager.pretrain_non_dp);
  EXPECT_EQ(plan.points[5].dp_noise_multiplier, 1.0);
  EXPECT_EQ(plan.points[5].group, "dp_noise_multiplier-1.0,dp-True,pretrain-False");
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored), Contains("scheduler_config"));
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored), Contains("global_config.src_dir"));
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored), Contains("model.config.vis_freq"));
  EXPECT_THAT(keys_of(plan, NoteKind::kUnknown), IsEmpty());
}

TEST(Layouts, Yaml) {
  const RunPlan plan = plan_of(R"(
default: pcap.json
global_config: &common
  original_data_file: "@/trace.csv"
  n_chunks: 3
  overwrite: yes
model:
  config:
    sample_len: [10]
    g_lr: 1e-3
    attr_noise_type: 'uniform'
    num_cores: ~
)",
                               "run.yaml");
  EXPECT_EQ(plan.n_chunks, 3U);
  EXPECT_TRUE(plan.overwrite);
  EXPECT_EQ(plan.points[0].options.g_lr, 1e-3);
  EXPECT_EQ(plan.points[0].options.attribute_noise, doppelganger::Noise::kUniform);
  EXPECT_FALSE(plan.points[0].threads.has_value());
}

}  // namespace
}  // namespace tracetwin::netshare
