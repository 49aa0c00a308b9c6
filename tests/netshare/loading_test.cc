#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "netshare/presets.h"
#include "netshare/reading.h"

namespace tracetwin::netshare {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using test::Folder;
using test::keys_of;
using test::names_of;
using test::plan_of;
using test::refusal;

const std::string kInput = R"("global_config": {"original_data_file": "@/trace.csv"})";

TEST(Loading, SyntaxErrorsHaveLineAndColumn) {
  EXPECT_THAT(refusal("{\n  \"model\": {\"config\":\n    <public model path>}}"),
              StartsWith("3:5: this is not JSON"));
  EXPECT_THAT(refusal("{\"a\": 1,}"), StartsWith("1:9: this is not JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("1:1: this is not JSON"));
  EXPECT_THAT(refusal("a: 1\nb: [1, 2\n", "run.yml"), StartsWith("3:1: this is not YAML"));
  EXPECT_THAT(refusal("a: &a [*a]", "run.yml"), HasSubstr("this is not YAML"));
  EXPECT_THAT(refusal("? [1]\n: 2", "run.yml"), HasSubstr("a key that is no text"));
}

TEST(Loading, OnlyJsonAndYaml) {
  EXPECT_THAT(refusal("{}", "run.toml"), HasSubstr("ends in .json, .yaml or .yml"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("it holds no object"));
  EXPECT_THAT(refusal("", "run.yaml"), HasSubstr("it holds no object"));
  EXPECT_THROW(read_run("/nowhere/run.json"), Error);
}

TEST(Loading, MergesObjectsAndReplacesTheRest) {
  const Folder folder;
  folder.write("base.json", R"({"default": "pcap.json", "global_config": {"n_chunks": 4},
      "learn": {"max_flow_len": 7},
      "model": {"config": {"iteration": 5, "sample_len": [3, 4], "dp_l2_norm_clip": 1.0,
                           "dp_noise_multiplier": 1.0}}})");
  folder.write("run.json", R"({"default": "base.json", )" + kInput + R"(,
      "learn": {"max_flow_len": null},
      "model": {"config": {"sample_len": [6], "dp_l2_norm_clip": null,
                           "dp_noise_multiplier": null}}})");
  const RunPlan plan = folder.read("run.json");
  EXPECT_EQ(plan.n_chunks, 4U);
  EXPECT_FALSE(plan.max_flow_len.has_value());
  EXPECT_THAT(names_of(plan.points), ElementsAre("sample_len-6"));
  EXPECT_EQ(plan.points[0].options.iterations, 5U);
  EXPECT_FALSE(plan.points[0].is_private());
  EXPECT_THAT(plan.files, ElementsAre((folder / "run.json").string(),
                                      (folder / "base.json").string(), "pcap.json"));
}

TEST(Loading, AFileBesideItBeatsThePreset) {
  const Folder folder;
  folder.write("pcap.json", R"({"global_config": {"n_chunks": 77, "dataset_type": "pcap"}})");
  folder.write("run.json", R"({"default": "pcap.json", )" + kInput + "}");
  EXPECT_EQ(folder.read("run.json").n_chunks, 77U);
}

TEST(Loading, SearchPathsComeBeforePresets) {
  const Folder folder;
  std::filesystem::create_directory(folder / "shared");
  folder.write("shared/pcap.json", R"({"global_config": {"n_chunks": 78}})");
  folder.write("run.json", R"({"default": "pcap.json", "default_search_paths": ["@/shared"], )" +
                               kInput + R"(, "dataset_type": "pcap"})");
  EXPECT_EQ(folder.read("run.json").n_chunks, 78U);
}

TEST(Loading, CirclesAndMissingDefaults) {
  const Folder folder;
  folder.write("a.json", R"({"default": "b.yml"})");
  folder.write("b.yml", "default: a.json\n");
  try {
    folder.read("a.json");
    FAIL() << "a circle was accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("leads back to"));
  }
  EXPECT_THAT(refusal(R"({"default": "run.json"})"), HasSubstr("leads back to"));
  EXPECT_THAT(refusal(R"({"default": "pcaps.json"})"), HasSubstr("neither beside it nor a preset"));
  EXPECT_THAT(refusal(R"({"default": 3})"), HasSubstr("default is 3, expected a text"));
}

TEST(Loading, AKeyDisplacesItsOtherName) {
  const RunPlan plan = plan_of(R"({"default": "pcap.json", )" + kInput + R"(,
      "input_adapters": {"format_normalizer": {"type": "netflow"}},
      "model": {"config": {"discriminator_num_units": 33}}})");
  EXPECT_EQ(plan.input.format, Format::kNetflow);
  EXPECT_EQ(plan.points[0].options.critic_units, 33U);
}

TEST(Loading, LaterSectionsWin) {
  const RunPlan plan = plan_of(R"({"dataset_type": "pcap", "global_config": {
        "original_data_file": "@/trace.csv", "batch_size": 1, "g_rounds": 2, "iteration": 10},
      "pre_post_processor": {"config": {"batch_size": 2, "d_rounds": 9}},
      "learn": {"batch_size": 3, "d_rounds": 8},
      "model_manager": {"config": {"batch_size": 4}},
      "model": {"config": {"batch_size": 5}}})");
  const auto& options = plan.points.at(0).options;
  EXPECT_EQ(options.batch_size, 5U);
  EXPECT_EQ(options.d_rounds, 8U);
  EXPECT_EQ(options.g_rounds, 2U);
  EXPECT_EQ(options.iterations, 10U);
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored), Contains("global_config.batch_size"));
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored), Contains("learn.batch_size"));
}

TEST(Loading, FirstPathOfASearchWins) {
  const RunPlan plan = plan_of(R"({
      "dataset_type": null,
      "global_config": {"original_data_file": "@/trace.csv", "dataset_type": "pcap",
                        "df2chunks": "fixed_size", "timestamp": "raw"},
      "input_adapters": {"format_normalizer": {"dataset_type": "csv"},
                         "data_source": {"original_data_file": "<file_path>"},
                         "chunk_split_type": "fixed_time"},
      "learn": {"split_name": "multichunk_dep_v1", "df2chunks": "fixed_time",
                "timestamp": {"column": "when"}}})");
  EXPECT_EQ(plan.input.format, Format::kPcap);
  EXPECT_EQ(plan.chunk_by, ChunkBy::kFixedSize);
  EXPECT_EQ(plan.flow_tags, FlowTags::kV1);
  EXPECT_EQ(plan.timestamp->column, "when");
  EXPECT_EQ(plan.timestamp->encoding, TimeEncoding::kRaw);
  EXPECT_FALSE(plan.timestamp->generation);
}

TEST(Loading, FindsInputBesideTheConfiguration) {
  const RunPlan plan = plan_of(R"({"default": "pcap.json",
      "global_config": {"original_data_file": "trace.csv", "file_extension": "csv"}})");
  EXPECT_TRUE(plan.input.file.is_absolute());
  EXPECT_EQ(plan.input.extension, ".csv");
  EXPECT_THAT(keys_of(plan, NoteKind::kRemark), Contains("global_config.original_data_file"));
}

TEST(Loading, EveryPresetIsAPlan) {
  for (const std::string& name : preset_names()) {
    const RunPlan plan = plan_of(R"({"default": ")" + name + R"(", )" + kInput + R"(,
        "learn": {"session_key": [{"column": "a", "type": "string"}],
                  "timeseries": [{"column": "b", "type": "float"}]}})");
    EXPECT_EQ(plan.points[0].options.batch_size, 100U) << name;
    EXPECT_TRUE(keys_of(plan, NoteKind::kUnknown).empty()) << name;
    EXPECT_TRUE(keys_of(plan, NoteKind::kIgnored).empty()) << name;
  }
}

TEST(Loading, ShippedExamplesAreRead) {
  const auto examples = tracetwin::test::source_dir() / "examples";
  const RunPlan flows = read_run(examples / "netshare_netflow.json");
  EXPECT_EQ(flows.input.format, Format::kNetflow);
  const RunPlan packets = read_run(examples / "netshare_pcap.json");
  EXPECT_EQ(packets.input.format, Format::kPcap);
  for (const RunPlan& plan : {flows, packets}) {
    EXPECT_EQ(plan.points.size(), 1U);
    EXPECT_TRUE(keys_of(plan, NoteKind::kUnknown).empty());
  }
}

TEST(Loading, EffectiveHoldsWhatIsInEffect) {
  const auto json =
      effective(plan_of(R"({"default": "pcap.json", "misspelt": 1, )" + kInput + "}"));
  EXPECT_EQ(json.at("layout"), "tensorflow");
  EXPECT_EQ(json.at("grid").size(), 5U);
  EXPECT_EQ(json.at("grid").at(0).at("sample_len"), 5);
  EXPECT_EQ(json.at("grid").at(0).at("sn_mode"), nullptr);
  EXPECT_EQ(json.at("grid").at(0).at("pretrain_dir"), nullptr);
  EXPECT_EQ(json.at("learn").at("session_key").at(0).at("encoding"), "bit");
  EXPECT_EQ(json.at("learn").at("timeseries").at(1).at("max_x"), 255);
  EXPECT_EQ(json.at("notes").at(0).at("kind"), "unknown");
}

}  // namespace
}  // namespace tracetwin::netshare
