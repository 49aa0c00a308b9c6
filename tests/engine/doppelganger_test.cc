#include <gtest/gtest.h>

#include <bit>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/doppelganger/job.h"
#include "engine/doppelganger/samples.h"
#include "engine/weights.h"
#include "support/support.h"

namespace tracetwin {
namespace {

using doppelganger::Job;
using doppelganger::Samples;
using engine::Weights;

Samples two_samples() {
  Samples samples;
  samples.attribute_width = 2;
  samples.feature_width = 1;
  samples.attributes = {0, 1, 0.5F, -0.5F};
  samples.lengths = {1, 2};
  samples.features = {3, 4, 5};
  return samples;
}

TEST(Samples, SurviveTheirFile) {
  const test::TemporaryFolder folder;
  write_samples(two_samples(), folder / "samples.bin");
  const Samples read = doppelganger::read_samples(folder / "samples.bin");
  EXPECT_EQ(read.attribute_width, 2U);
  EXPECT_EQ(read.feature_width, 1U);
  EXPECT_EQ(read.attributes, two_samples().attributes);
  EXPECT_EQ(read.lengths, two_samples().lengths);
  EXPECT_EQ(read.features, two_samples().features);
  EXPECT_EQ(read.attributes_of(1)[1], -0.5F);
}

TEST(Samples, RefuseDamagedFiles) {
  const test::TemporaryFolder folder;
  const auto path = folder / "samples.bin";
  EXPECT_THROW(doppelganger::read_samples(path), Error);
  write_samples(two_samples(), path);
  const std::string whole = test::read_file(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    test::write_file(path, whole.substr(0, size));
    EXPECT_THROW(doppelganger::read_samples(path), Error) << size;
  }
  std::string longer_flow = whole;
  longer_flow[40] = 2;
  test::write_file(path, longer_flow);
  EXPECT_THROW(doppelganger::read_samples(path), Error);
  std::string many = whole;
  many.replace(8, 8, 8, '\xff');
  test::write_file(path, many);
  EXPECT_THROW(doppelganger::read_samples(path), Error);
}

Weights two_weights() {
  Weights weights;
  weights.add({"a.weight", {2, 2}, {1, 2, 3, 4}});
  weights.add({"empty", {0}, {}});
  weights.add({"b", {1}, {std::bit_cast<float>(0x7fc12345)}});
  return weights;
}

TEST(Weights, SurviveTheirBytes) {
  const std::string bytes = bytes_of(two_weights());
  const Weights read = engine::parse_weights(bytes, "the model");
  ASSERT_EQ(read.tensors().size(), 3U);
  EXPECT_EQ(read["a.weight"].shape, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(read["a.weight"].values, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(bytes_of(read), bytes);
  EXPECT_TRUE(read.has("b"));
  EXPECT_FALSE(read.has("c"));
  EXPECT_THROW(read["c"], Error);
}

TEST(Weights, RefuseDamagedBytes) {
  const std::string bytes = bytes_of(two_weights());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(engine::parse_weights(bytes.substr(0, size), "the model"), Error) << size;
  }
  EXPECT_THROW(engine::parse_weights(bytes + "x", "the model"), Error);
  std::string large = bytes;
  large.replace(large.find("[2,2]"), 5, "[2,9]");
  EXPECT_THROW(engine::parse_weights(large, "the model"), Error);
}

Job full_job() {
  Job job;
  job.folder = "a/folder";
  job.layout.attributes = {{"bit", doppelganger::Activation::kSoftmax, 2}};
  job.layout.additional = {{"middle", doppelganger::Activation::kTanh, 1}};
  job.layout.features = {{"size", doppelganger::Activation::kSigmoid, 1}};
  job.options.lipschitz = doppelganger::Lipschitz::kSpectralNorm;
  job.options.initial_state = doppelganger::InitialState::kVariable;
  job.options.g_lr = 0.25;
  job.most_records = 17;
  job.seed = ~std::uint64_t{0};
  job.privacy.emplace();
  job.privacy->noise_multiplier = 1.5;
  job.privacy->insecure_test_seed = 3;
  return job;
}

TEST(Job, SurvivesItsJson) {
  const auto json = to_json(full_job());
  const Job read = doppelganger::parse_job(nlohmann::json::parse(json.dump()));
  EXPECT_EQ(to_json(read), json);
  EXPECT_EQ(read.layout, full_job().layout);
  EXPECT_EQ(read.seed, ~std::uint64_t{0});
  EXPECT_EQ(read.privacy->insecure_test_seed, 3U);
  Job plain = full_job();
  plain.privacy.reset();
  EXPECT_FALSE(doppelganger::parse_job(nlohmann::json(to_json(plain))).privacy);
}

std::string error_of(const nlohmann::json& json) {
  try {
    doppelganger::parse_job(json);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(Job, NamesTheKeyThatIsMissingOrWrong) {
  const nlohmann::json whole(to_json(full_job()));
  auto json = whole;
  json["options"].erase("g_lr");
  EXPECT_EQ(error_of(json), "the training job has no \"g_lr\"");
  json = whole;
  json["options"]["batch_size"] = -1;
  EXPECT_NE(error_of(json).find("\"batch_size\" is not a whole number"), std::string::npos);
  json = whole;
  json["options"]["lipschitz"] = "spectral";
  EXPECT_EQ(error_of(json), "there is no lipschitz \"spectral\"");
  json = whole;
  json["layout"]["features"][0]["width"] = 0;
  EXPECT_EQ(error_of(json), "the training job's \"features\" has an output without width");
  json = whole;
  json["layout"] = 3;
  EXPECT_EQ(error_of(json), "the training job has no \"attributes\"");
  EXPECT_EQ(error_of(3), "the training job has no \"folder\"");
}

}  // namespace
}  // namespace tracetwin
