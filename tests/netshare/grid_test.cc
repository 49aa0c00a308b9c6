#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netshare/reading.h"

namespace tracetwin::netshare {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

using test::keys_of;
using test::names_of;
using test::plan_of;
using test::refusal;

/// A capture's configuration with these members of model.config, over no preset.
std::string with_model(const std::string& members, const std::string& globals = "") {
  return R"({"global_config": {"original_data_file": "@/trace.csv", "dataset_type": "pcap")" +
         globals + R"(}, "model": {"config": {)" + members + "}}}";
}

TEST(Grid, IsTheProductOfAllLists) {
  const RunPlan plan = plan_of(with_model(
      R"("sample_len": [1, 2], "sample_len_expand": true, "g_lr": [0.1, 0.2], "g_lr_expand": 1)"));
  EXPECT_THAT(names_of(plan.points), ElementsAre("sample_len-1,g_lr-0.1", "sample_len-1,g_lr-0.2",
                                                 "sample_len-2,g_lr-0.1", "sample_len-2,g_lr-0.2"));
  EXPECT_EQ(plan.points[2].options.sample_len, 2U);
  EXPECT_EQ(plan.points[2].options.g_lr, 0.1);
}

TEST(Grid, TakesKeysOfAnySection) {
  const RunPlan plan = plan_of(
      with_model(R"("sample_len": 4)", R"(, "batch_size": [8, 9], "batch_size_expand": true)"));
  EXPECT_THAT(names_of(plan.points), ElementsAre("batch_size-8", "batch_size-9"));
}

TEST(Grid, WithoutExpansionOnlySampleLenIsExpanded) {
  const RunPlan plan = plan_of(with_model(R"("sample_len": [1, 2])"));
  EXPECT_EQ(plan.points.size(), 2U);
  EXPECT_THAT(keys_of(plan, NoteKind::kRemark), Contains("model.config.sample_len"));
  EXPECT_EQ(refusal(with_model(R"("sample_len": 1, "batch_size": [1, 2])")),
            "model.config.batch_size is [1,2], expected a whole number from 1 to 1000000");
}

TEST(Grid, ASingleValueToExpandIsAListOfOne) {
  const RunPlan plan = plan_of(with_model(R"("sample_len": 10, "sample_len_expand": true)"));
  EXPECT_THAT(names_of(plan.points), ElementsAre("sample_len-10"));
  EXPECT_THAT(keys_of(plan, NoteKind::kRemark), Contains("model.config.sample_len"));
}

TEST(Grid, EmptyAndHugeListsAreRefused) {
  EXPECT_THAT(refusal(with_model(R"("sample_len": [], "sample_len_expand": true)")),
              HasSubstr("expected a list of at least one value"));
  std::string ones = "[1";
  for (int i = 0; i < 200; ++i) {
    ones += ",1";
  }
  ones += "]";
  EXPECT_THAT(refusal(with_model(R"("sample_len_expand": true, "g_lr_expand": true,
                                    "sample_len": )" +
                                 ones + R"(, "g_lr": )" + ones)),
              HasSubstr("more than 10000 combinations"));
}

TEST(Grid, OtherKeysCannotMakeOne) {
  EXPECT_THAT(refusal(with_model("", R"(, "n_chunks": [1, 2], "n_chunks_expand": true)")),
              HasSubstr("global_config.n_chunks has 2 values to expand"));
  const RunPlan plan = plan_of(with_model("", R"(, "n_chunks": [3], "n_chunks_expand": true)"));
  EXPECT_EQ(plan.n_chunks, 3U);
  EXPECT_TRUE(keys_of(plan, NoteKind::kUnknown).empty());
}

TEST(Grid, NullsAreWrittenAsPythonDoes) {
  const RunPlan plan = plan_of(with_model(
      R"("sample_len": 5, "dp_noise_multiplier": [1, 2.5], "dp_noise_multiplier_expand": true,
         "dp_l2_norm_clip": 1.0, "num_cores": [null, 2], "num_cores_expand": true)"));
  EXPECT_THAT(names_of(plan.points), Contains("dp_noise_multiplier-1,num_cores-None"));
  EXPECT_EQ(plan.points[0].group, "dp_noise_multiplier-1.0,dp-True,pretrain-False");
  EXPECT_EQ(plan.points[1].threads, 2U);
}

TEST(Grid, EveryPointMustBePrivateIfPrivacyIsAskedFor) {
  const std::string nullable = R"("sample_len": 5, "dp_noise_multiplier": [null, 1],
      "dp_noise_multiplier_expand": true, "dp_l2_norm_clip": [null, 1],
      "dp_l2_norm_clip_expand": 1)";
  EXPECT_THAT(refusal(with_model(nullable, R"(, "dp": true)")),
              HasSubstr("dp is true, but nothing makes the training private"));
  EXPECT_THAT(refusal(with_model(nullable)),
              HasSubstr("model.config.dp_l2_norm_clip is given without dp_noise_multiplier"));
}

TEST(Grid, MapsTheRestOfTheModel) {
  const RunPlan plan = plan_of(with_model(
      R"("sample_len": 5, "sn_mode": "linear_only", "scale": 0.7, "initial_state": "variable",
         "feed_back": true, "num_packing": 2, "use_gt_lengths": true, "aux_disc": false,
         "num_real_samples": 12, "generate_num_train_sample": 13, "iteration": 2e3)"));
  const GridPoint& point = plan.points.at(0);
  EXPECT_EQ(point.options.lipschitz, doppelganger::Lipschitz::kSpectralNorm);
  EXPECT_EQ(point.options.spectral_scale, 0.7);
  EXPECT_EQ(point.options.initial_state, doppelganger::InitialState::kVariable);
  EXPECT_EQ(point.options.packing, 2U);
  EXPECT_EQ(point.options.iterations, 2000U);
  EXPECT_TRUE(point.options.given_lengths);
  EXPECT_FALSE(point.options.attribute_critic);
  EXPECT_EQ(point.num_real_samples, 12U);
  EXPECT_EQ(point.generate_num_train_sample, 13U);
}

}  // namespace
}  // namespace tracetwin::netshare
