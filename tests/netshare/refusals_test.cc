#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netshare/reading.h"

namespace tracetwin::netshare {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

using test::Folder;
using test::keys_of;
using test::plan_of;
using test::refusal;

/// A capture's configuration with further sections, over the preset.
std::string with(const std::string& sections, const std::string& globals = "") {
  return R"({"default": "pcap.json", "global_config": {"original_data_file": "@/trace.csv")" +
         globals + "}" + (sections.empty() ? "" : ", ") + sections + "}";
}
std::string with_manager(const std::string& members, const std::string& model = "") {
  return with(R"("model_manager": {"config": {)" + members + R"(}}, "model": {"config": {)" +
              model + "}}");
}
/// A complaint about one field of the flow's key.
std::string refusal_of_field(const std::string& field) {
  return refusal(with(R"("learn": {"session_key": [)" + field + "]}"));
}
FieldSpec field_of(const std::string& field) {
  return plan_of(with(R"("learn": {"session_key": [)" + field + "]}")).metadata.at(0);
}

const std::string kPrivate = R"("dp_noise_multiplier": 1.0, "dp_l2_norm_clip": 1.0)";

TEST(Refusals, WrongTypesAreNamedByTheirPath) {
  EXPECT_EQ(refusal(with(R"("model": {"config": {"batch_size": "many"}})")),
            "model.config.batch_size is \"many\", expected a whole number from 1 to 1000000");
  EXPECT_EQ(refusal(with(R"("model": {"config": {"g_lr": 0}})")),
            "model.config.g_lr is 0, expected a number above 0");
  EXPECT_EQ(refusal(with("", R"(, "overwrite": "yes")")),
            "global_config.overwrite is \"yes\", expected true or false");
  EXPECT_EQ(refusal(with("", R"(, "n_chunks": 0)")),
            "global_config.n_chunks is 0, expected a whole number from 1 to 100000");
  EXPECT_EQ(refusal(with(R"("learn": {"max_flow_len": -1})")),
            "learn.max_flow_len is -1, expected a whole number of at least 1");
  EXPECT_EQ(refusal(with(R"("learn": [])")), "learn is [], expected an object");
  EXPECT_EQ(refusal(with(R"("model": {"config": 7})")), "model.config is 7, expected an object");
  EXPECT_EQ(refusal(with(R"("learn": {"timeseries": {}})")),
            "learn.timeseries is {}, expected a list");
}

TEST(Refusals, UnknownWordsHaveANearestOne) {
  EXPECT_THAT(refusal(with("", R"(, "dataset_type": "pcab")")), HasSubstr("\"pcab\""));
  EXPECT_THAT(refusal(with(R"("model": {"class": "DoppelGANger"})")), HasSubstr("model.class"));
  EXPECT_THAT(refusal(with(R"("model_manager": {"class": "Boss"})")),
              HasSubstr("model_manager.class"));
  EXPECT_THAT(refusal(with(R"("pre_post_processor": {"class": "Other"})")),
              HasSubstr("pre_post_processor.class"));
  EXPECT_THAT(refusal(with(R"("learn": {"df2chunks": "by_luck"})")), HasSubstr("learn.df2chunks"));
  EXPECT_THAT(refusal(with("", R"(, "timestamp": "row")")), HasSubstr("global_config.timestamp"));
  EXPECT_THAT(refusal(with(R"("input_adapters": {"data_source": {"type": "ftp"}})")),
              HasSubstr("input_adapters.data_source.type"));
}

TEST(Refusals, Input) {
  EXPECT_THAT(refusal(R"({"default": "pcap.json"})"), HasSubstr("names no input"));
  EXPECT_THAT(refusal(R"({"default": "pcap.json",
      "input_adapters": {"data_source": {"original_data_file": "<file_path>"}}})"),
              HasSubstr("names no input"));
  EXPECT_THAT(refusal(R"({"default": "pcap.json",
      "global_config": {"original_data_file": "not/here.pcap"}})"),
              HasSubstr("\"not/here.pcap\", expected a file or folder that is there"));
  EXPECT_THAT(refusal(with(R"("input_adapters": {"data_source": {"type": "s3"}})")),
              HasSubstr("bucket_name is missing"));
  EXPECT_THAT(refusal(with("", R"(, "dataset_type": "list-of-jsons")")),
              HasSubstr("columns is missing"));
  EXPECT_THAT(
      refusal(with(R"("output_adapters": {"format_denormalizer": {"dataset_type": "pcap"}})",
                   R"(, "dataset_type": "netflow")")),
      HasSubstr("the input is no capture"));
}

TEST(Refusals, FieldsAndTimesThatNothingImplies) {
  EXPECT_THAT(refusal(with("", R"(, "dataset_type": "csv")")), HasSubstr("lists no metadata"));
  const std::string listed = R"("learn": {"session_key": [{"column": "a", "type": "string"}],
                                          "timeseries": []})";
  EXPECT_THAT(refusal(with(listed, R"(, "dataset_type": "csv", "n_chunks": 3)")),
              HasSubstr("global_config.n_chunks is 3, expected 1"));
  EXPECT_THAT(refusal(with(
                  listed, R"(, "dataset_type": "csv", "n_chunks": 3, "timestamp": {"name": "t"})")),
              HasSubstr("global_config.timestamp.column is missing"));
}

TEST(Refusals, PrivacyThatWouldNotBe) {
  EXPECT_THAT(refusal(with("", R"(, "dp": true)")), HasSubstr("dp is true, but nothing makes"));
  EXPECT_THAT(refusal(with_manager("", R"("dp_noise_multiplier": 1)")),
              HasSubstr("is given without dp_l2_norm_clip"));
  EXPECT_THAT(refusal(with_manager("", R"("dp_l2_norm_clip": 1)")),
              HasSubstr("is given without dp_noise_multiplier"));
  EXPECT_THAT(refusal(with_manager("", kPrivate)),
              HasSubstr("pretrain_non_dp would train chunk 0"));
  EXPECT_THAT(refusal(with_manager(R"("pretrain_non_dp": false)", R"("dp_noise_multiplier": 0,
                                                                   "dp_l2_norm_clip": 1)")),
              HasSubstr("dp_noise_multiplier is 0, expected a number above 0"));
  EXPECT_THAT(refusal(with(R"("model_manager": {"config": {"pretrain_non_dp": false}},
                              "model": {"config": {)" +
                           kPrivate + R"(}},
                              "learn": {"word2vec": {"pretrain_model_path": "w2v.model"}})")),
              HasSubstr("a gensim model cannot be read"));
}

TEST(Refusals, PretrainingThatContradictsItself) {
  EXPECT_THAT(refusal(with_manager(R"("pretrain_dp": true)")),
              HasSubstr("both pretrain_non_dp and pretrain_dp"));
  EXPECT_THAT(refusal(with_manager(R"("pretrain_non_dp_reduce_time": null)")),
              HasSubstr("pretrain_non_dp_reduce_time is missing"));
  EXPECT_THAT(refusal(with_manager(R"("pretrain_non_dp": false, "pretrain_dp": true)", kPrivate)),
              HasSubstr("pretrain_dir is missing"));
  EXPECT_THAT(refusal(with_manager(
                  R"("pretrain_non_dp": false, "pretrain_dp": true, "pretrain_dir": "@")")),
              HasSubstr("nothing makes the training private"));
  EXPECT_THAT(refusal(with_manager(R"("pretrain_dir": "not/here")")),
              HasSubstr("expected a folder that is there"));
}

TEST(Refusals, OtherProgramsCheckpoints) {
  const Folder folder;
  folder.write("run.json", with_manager(R"("pretrain_dir": "@/public")"));
  std::filesystem::create_directory(folder / "public");
  folder.write("public/all.weights", "");
  folder.write("public/checkpoint", "");
  EXPECT_EQ(folder.read("run.json").points[0].manager.pretrain_dir, folder / "public");
  std::filesystem::remove(folder / "public/all.weights");
  EXPECT_THROW(folder.read("run.json"), Error);
}

TEST(Refusals, CameraReadyWithSeveralTraces) {
  EXPECT_THAT(refusal(R"({"test_config": [{"dataset": ["@/trace.csv", "b"]}]})"),
              HasSubstr("one run has one value of it"));
  EXPECT_THAT(refusal(R"({"test_config": [{"dataset": ["@/trace.csv"]}, {"dataset": ["b"]}]})"),
              HasSubstr("differ in what becomes of input_adapters"));
  EXPECT_THAT(refusal(R"({"test_config": []})"), HasSubstr("test_config is empty"));
}

TEST(Fields, HaveDefaults) {
  EXPECT_EQ(field_of(R"({"column": "a"})").encoding, Encoding::kContinuous);
  EXPECT_EQ(field_of(R"x({"column": "a", "regex": "(.)"})x").encoding, Encoding::kCategorical);
  EXPECT_EQ(field_of(R"({"column": "a", "choices": [1]})").type, FieldType::kString);
  EXPECT_EQ(field_of(R"({"column": "a", "encoding": "bit", "n_bits": 3})").type,
            FieldType::kInteger);
  EXPECT_EQ(field_of(R"({"column": "a", "type": "ip_string"})").n_bits, 32U);
  EXPECT_EQ(field_of(R"({"column": "filename", "name": "f", "type": "string"})").names,
            std::vector<std::string>{"f"});
  EXPECT_EQ(field_of(R"({"columns": ["a", "b"], "name": ["c", "d"]})").name, "c");
  EXPECT_FALSE(field_of(R"({"column": "a", "categorical_mapping": false})").categorical_mapping);
}

TEST(Fields, ThatMakeNone) {
  EXPECT_EQ(refusal_of_field("{}"), "learn.session_key[0] has no column");
  EXPECT_THAT(refusal_of_field("3"), HasSubstr("learn.session_key[0] is 3, expected an object"));
  EXPECT_THAT(refusal_of_field(R"({"column": "a", "encoding": "bit"})"),
              HasSubstr("n_bits is missing"));
  EXPECT_THAT(
      refusal_of_field(R"({"column": "a", "type": "float", "encoding": "bit", "n_bits": 8})"),
      HasSubstr("has type float, which the encoding bit does not fit"));
  EXPECT_THAT(refusal_of_field(R"({"column": "a", "type": "text"})"),
              HasSubstr("learn.session_key[0].type"));
  EXPECT_THAT(refusal_of_field(R"({"column": "a", "normalization": "ZERO"})"),
              HasSubstr("learn.session_key[0].normalization"));
  EXPECT_THAT(refusal_of_field(R"({"column": "a", "min_x": 2, "max_x": 1})"),
              HasSubstr("min_x is 2, not below max_x"));
  EXPECT_THAT(refusal_of_field(R"x({"column": "a", "type": "string", "regex": "("})x"),
              HasSubstr("expected a regular expression"));
  EXPECT_THAT(refusal_of_field(R"({"columns": ["a", "b"], "type": "string"})"),
              HasSubstr("2 columns, which only a float may have"));
  EXPECT_THAT(refusal_of_field(R"({"columns": ["a", "b"], "name": ["c"]})"),
              HasSubstr("as many names as columns, 2"));
}

TEST(Fields, HaveNamesOfTheirOwn) {
  EXPECT_EQ(refusal_of_field(R"({"column": "a"}, {"column": "b", "name": "a"})"),
            "two fields are called \"a\"");
}

TEST(Fields, OfPrivateCapturesHavePublicLengths) {
  const RunPlan plan = plan_of(with_manager(R"("pretrain_non_dp": false)", kPrivate));
  EXPECT_EQ(plan.timeseries[0].min, 20);
  EXPECT_EQ(plan.timeseries[0].max, 1500);
  EXPECT_FALSE(plan_of(with("")).timeseries[0].min.has_value());
}

TEST(NotesOfKeys, OnePerUnknownKey) {
  const RunPlan plan = plan_of(with(
      R"("colour": 1, "learn": {"session_keys": {"a": 1}, "n_chunks": 3,
           "session_key": [{"column": "srcip", "colum": 1, "type": "string"}]},
         "model_manager": {"pretrain_dp": true},
         "model": {"config": {"batchsize": [1, 2], "batchsize_expand": true}})"));
  EXPECT_THAT(keys_of(plan, NoteKind::kUnknown),
              UnorderedElementsAre("colour", "learn.session_keys", "learn.n_chunks",
                                   "learn.session_key[0].colum", "model_manager.pretrain_dp",
                                   "model.config.batchsize"));
  for (const Note& note : plan.notes) {
    if (note.key == "learn.n_chunks") {
      EXPECT_EQ(note.text, "it is not read here, but in global_config");
    }
    if (note.key == "learn.session_keys") {
      EXPECT_THAT(note.text, HasSubstr("did you mean \"session_key\"?"));
    }
  }
}

TEST(NotesOfKeys, OnePerIgnoredKey) {
  const RunPlan plan =
      plan_of(with(R"("expand": true, "learn": {"num_train_samples": 5, "num_test_samples": 0},
              "model": {"config": {"vis_freq": 1, "debug": false, "combined_disc": false,
                                   "restore": true, "epochs": 3}})"));
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored),
              UnorderedElementsAre("expand", "learn.num_train_samples", "learn.num_test_samples",
                                   "model.config.vis_freq", "model.config.combined_disc",
                                   "model.config.restore", "model.config.epochs"));
}

TEST(NotesOfKeys, OnePerTranslatedKey) {
  const RunPlan plan = plan_of(with(R"("model": {"config": {"num_cores": 2}},
      "learn": {"session_key": [
          {"column": "a", "encoding": "bit", "n_bits": 8, "truncate": true}]})",
                                    R"(, "ray_enabled": true)"));
  EXPECT_TRUE(plan.parallel);
  EXPECT_TRUE(plan.metadata[0].truncate);
  EXPECT_THAT(keys_of(plan, NoteKind::kTranslated),
              UnorderedElementsAre("global_config.ray_enabled", "model.config.num_cores",
                                   "learn.session_key[0].truncate"));
}

TEST(NotesOfKeys, ReduceTimeWithoutPretraining) {
  const RunPlan plan =
      plan_of(with_manager(R"("pretrain_non_dp": false, "pretrain_non_dp_reduce_time": 4.0)"));
  EXPECT_THAT(keys_of(plan, NoteKind::kIgnored),
              ElementsAre("model_manager.config.pretrain_non_dp_reduce_time"));
}

TEST(NotesOfKeys, GensimModels) {
  EXPECT_THAT(
      keys_of(plan_of(with(R"("learn": {"word2vec": {"pretrain_model_path": "w2v.model"}})")),
              NoteKind::kIgnored),
      Contains("learn.word2vec.pretrain_model_path"));
  EXPECT_EQ(plan_of(with(R"("learn": {"word2vec": {"pretrain_model_path": "words.txt"}})"))
                .word2vec.pretrained,
            "words.txt");
}

}  // namespace
}  // namespace tracetwin::netshare
