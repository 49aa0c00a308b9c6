#include "neural/trainer.h"
#include "engine/doppelganger/plateau.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "neural/worker.h"
#include "small_job.h"
#include "support/support.h"

namespace tracetwin::neural {
namespace {

using doppelganger::Job;

bool same_bits(const engine::Weights& a, const engine::Weights& b) {
  return bytes_of(a) == bytes_of(b);
}

void run(Trainer& trainer, int iterations) {
  for (int i = 0; i < iterations; ++i) {
    trainer.iterate();
  }
}

void expect_resumable(const Job& job) {
  const auto samples = small_samples(job);
  Trainer straight(job, samples);
  run(straight, 20);
  Trainer first(job, samples);
  run(first, 10);
  Trainer second(job, samples);
  second.restore(engine::parse_weights(bytes_of(first.checkpoint()), "checkpoint"));
  run(second, 10);
  EXPECT_TRUE(same_bits(straight.checkpoint(), second.checkpoint()));
  EXPECT_TRUE(same_bits(straight.kept(), second.kept()));
  EXPECT_EQ(second.iteration(), 20U);
}

TEST(Trainer, ContinuesToTheSameBits) {
  expect_resumable(small_job());
}

TEST(Trainer, ContinuesToTheSameBitsWithEveryOption) {
  Job job = small_job();
  job.layout.additional = {{"middle", doppelganger::Activation::kSigmoid, 1}};
  job.options.lipschitz = doppelganger::Lipschitz::kSpectralNorm;
  job.options.adam_amsgrad = true;
  job.options.generator_average = 0.9;
  job.options.feed_back = true;
  job.options.leaky_relu = true;
  job.options.packing = 3;
  job.options.fresh_batches = false;
  job.options.g_rounds = 2;
  job.options.rnn_mlp_layers = 1;
  job.options.initial_state = doppelganger::InitialState::kVariable;
  expect_resumable(job);
}

TEST(Trainer, ContinuesToTheSameBitsWithGivenLengths) {
  Job job = small_job();
  job.options.given_lengths = true;
  job.options.attribute_critic = false;
  expect_resumable(job);
}

TEST(Trainer, TrainsOnFewerFlowsThanABatch) {
  const Job job = small_job();
  Trainer trainer(job, small_samples(job, 3));
  run(trainer, 3);
  EXPECT_TRUE(std::isfinite(trainer.losses().critic));
}

TEST(Trainer, StopsWhenALossIsNoNumber) {
  const Job job = small_job();
  auto samples = small_samples(job);
  samples.attributes[1] = std::numeric_limits<float>::quiet_NaN();
  Trainer trainer(job, samples);
  EXPECT_THROW(run(trainer, 10), Error);
  EXPECT_THROW(trainer.all(), Error);
}

TEST(Trainer, RefusesSamplesOfAnotherLayout) {
  const Job job = small_job();
  Job other = job;
  other.layout.attributes.pop_back();
  EXPECT_THROW(Trainer(other, small_samples(job)), Error);
  Job shorter = job;
  shorter.most_records = 3;
  EXPECT_THROW(Trainer(shorter, small_samples(job)), Error);
}

TEST(Trainer, KeepsTheNamedWeights) {
  const Job job = small_job();
  Trainer trainer(job, small_samples(job));
  run(trainer, 2);
  const engine::Weights kept = trainer.kept();
  for (const char* name :
       {"attribute.0.weight", "attribute.1.scale", "attribute.1.variance", "attribute.heads.bias",
        "lstm.0.input", "lstm.0.hidden", "lstm.0.bias", "feature.heads.weight"}) {
    EXPECT_TRUE(kept.has(name)) << name;
  }
  EXPECT_FALSE(kept.has("critic.0.weight"));
  EXPECT_EQ(kept["lstm.0.input"].shape, (std::vector<std::uint64_t>{40, 13}));
  EXPECT_EQ(kept["feature.heads.weight"].shape, (std::vector<std::uint64_t>{12, 10}));
  EXPECT_TRUE(trainer.all().has("attribute_critic.2.bias"));
}

// Flows of three records with a number of theirs near 0.8, of eleven that there may be.
TEST(Trainer, LearnsLengthsAndNumbers) {
  Job job = small_job();
  job.options.g_lr = job.options.d_lr = job.options.attr_d_lr = 1e-3;
  job.options.batch_size = 40;
  auto samples = small_samples(job, 200);
  samples.lengths.assign(200, 3);
  samples.features.resize(600 * samples.feature_width);
  for (std::size_t record = 0; record < 600; ++record) {
    float* values = &samples.features[record * samples.feature_width];
    std::copy_n(std::array{0.8F, 1.0F, 0.0F, 0.0F}.data(), 4, values);
  }
  Trainer trainer(job, samples);
  run(trainer, 600);
  Generator generator(job.layout, job.options, job.most_records, at::kFloat);
  generator.load(trainer.kept());
  Draws draws(1, at::kFloat);
  const Sequences made = generator.make(400, draws);
  const at::Tensor first = made.features.select(1, 0).mean(0);
  EXPECT_NEAR(first[0].item<double>(), 0.8, 0.1);
  EXPECT_GT(first[1].item<double>(), 0.9);
  EXPECT_GT(std::count(made.blocks.begin(), made.blocks.end(), 2), 280);
}

class Worker : public ::testing::Test {
 protected:
  Worker() {
    job_.folder = folder_.path();
    write_samples(small_samples(job_), folder_ / "samples.bin");
  }
  Ending work(const std::function<bool()>& stopped = [] { return false; }) {
    return neural::work(
        job_, [&](const auto& line) { last_ = line; }, stopped);
  }
  std::string file(const char* name) const { return test::read_file(folder_ / name); }

  test::TemporaryFolder folder_;
  Job job_ = small_job();
  nlohmann::ordered_json last_;
};

TEST_F(Worker, ContinuesAfterBeingStopped) {
  ASSERT_EQ(work(), Ending::kDone);
  EXPECT_EQ(last_["done"], true);
  EXPECT_EQ(last_["iteration"], 20);
  const std::string straight = file("all.weights");
  const std::string kept = file("kept/20.weights");
  int asked = 0;
  ASSERT_EQ(work([&] { return ++asked == 7; }), Ending::kStopped);
  EXPECT_EQ(last_["iteration"], 7);
  job_.resume = true;
  ASSERT_EQ(work(), Ending::kDone);
  EXPECT_EQ(file("all.weights"), straight);
  EXPECT_EQ(file("kept/20.weights"), kept);
}

TEST_F(Worker, BeginsWithGivenWeights) {
  ASSERT_EQ(work(), Ending::kDone);
  std::filesystem::rename(folder_ / "all.weights", folder_ / "start.weights");
  job_.options.iterations = 0;
  ASSERT_EQ(work(), Ending::kDone);
  EXPECT_EQ(file("all.weights"), file("start.weights"));
}

TEST_F(Worker, WritesNoWeightsThatAreNoNumbers) {
  auto samples = small_samples(job_);
  samples.features[0] = std::numeric_limits<float>::infinity();
  write_samples(samples, folder_ / "samples.bin");
  EXPECT_THROW(work(), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "all.weights"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "kept"));
}

TEST_F(Worker, EndsWhereItComesNoNearer) {
  job_.options.iterations = 1000;
  job_.options.g_lr = job_.options.d_lr = job_.options.attr_d_lr = 0;  // learns nothing
  job_.keep_every = 2;
  job_.patience = 3;
  EXPECT_EQ(work(), Ending::kDone);
  const auto history = doppelganger::read_history(job_.folder / "fidelity.json");
  EXPECT_GE(history.size(), 4U);
  EXPECT_LT(history.back().first, 1000U);
  EXPECT_TRUE(std::filesystem::exists(job_.folder / "all.weights"));
  job_.resume = true;
  EXPECT_EQ(work(), Ending::kDone);
  EXPECT_EQ(doppelganger::read_history(job_.folder / "fidelity.json"), history);
}

TEST_F(Worker, EndsInTime) {
  job_.options.iterations = 1'000'000'000;
  job_.max_seconds = 0.2;
  EXPECT_EQ(work(), Ending::kDone);
  EXPECT_LT(last_["iteration"], 1'000'000);
}

}  // namespace
}  // namespace tracetwin::neural
