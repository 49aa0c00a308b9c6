// What a trainer makes of flows, lengths and packing, against autograd on plain rows. Adam with a
// huge epsilon and rate moves weights by their gradients, so that one iteration shows them.
#include <gtest/gtest.h>

#include <algorithm>

#include "neural/trainer.h"
#include "plain_critic.h"
#include "small_job.h"

namespace tracetwin::neural {
namespace {

using doppelganger::Job;

const Kind kDouble = at::TensorOptions().dtype(at::kDouble);
constexpr std::uint64_t kIterationStage = 2;
constexpr double kHuge = 1e7;
const RowShape kRows{3 * 8, 3 * 2 * 6, 6};
const RowShape kAttributes{3 * 8, 0, 1};

Job packed_job() {
  Job job = small_job();
  job.options.packing = 3;  // of a batch of 8, two flows are left over
  job.options.fresh_batches = false;
  job.options.d_rounds = 1;
  job.options.g_attr_d_coe = 0.5;
  job.options.adam_eps = kHuge;
  job.options.g_lr = job.options.d_lr = job.options.attr_d_lr = 0;
  job.options.g_beta1 = job.options.d_beta1 = job.options.attr_d_beta1 = 0;
  return job;
}

at::Tensor flat_of(const engine::Weights& weights, const Parameters& parameters,
                   const std::string& prefix) {
  Parameters copy(parameters.shapes(), kDouble);
  copy.load(prefix, weights);
  return copy.flat();
}

/// Runs one iteration from weights that float32 can hold, and puts the same ones into copies.
class OneIteration {
 public:
  explicit OneIteration(const Job& job)
      : job_(job),
        samples_(small_samples(job)),
        generator(job.layout, job.options, job.most_records, kDouble),
        critic(kRows, {.layers = 3, .units = 16}, kDouble),
        attribute_critic(kAttributes, {.layers = 3, .units = 16}, kDouble),
        draws(job.seed, kDouble) {
    Trainer trainer(job, samples_, at::kDouble);
    before_ = trainer.all();
    for (engine::Tensor tensor : std::vector(before_.tensors())) {
      std::for_each(tensor.values.begin(), tensor.values.end(), [](float& v) { v *= 4; });
      larger_.add(std::move(tensor));
    }
    trainer.start_from(larger_);
    generator.load(larger_);
    critic.parameters().load("critic.", larger_);
    attribute_critic.parameters().load("attribute_critic.", larger_);
    trainer.iterate();
    after_ = trainer.all();
    draws.begin(kIterationStage, 0);
  }

  /// How far weights went, against the gradient.
  at::Tensor moved(const Parameters& parameters, const std::string& prefix) const {
    return flat_of(larger_, parameters, prefix) - flat_of(after_, parameters, prefix);
  }
  Sequences real() const {
    const RealData data(samples_, job_.options.sample_len, true, kDouble);
    return data.batch(Batches(job_.seed, data.size(), job_.options.batch_size)(0));
  }

 private:
  Job job_;
  doppelganger::Samples samples_;
  engine::Weights before_, larger_, after_;

 public:
  Generator generator;
  Critic critic, attribute_critic;
  Draws draws;
};

void expect_close(const at::Tensor& got, const at::Tensor& expected) {
  const double size = expected.abs().max().item<double>();
  ASSERT_GT(size, 0);
  EXPECT_LT((got - expected).abs().max().item<double>(), 1e-6 * size + 2e-7);
}

TEST(TrainerGradient, GeneratorLearnsFromBothCritics) {
  Job job = packed_job();
  job.options.g_lr = kHuge;
  OneIteration one(job);
  const Sequences made = one.generator.make(8, one.draws);
  const PlainCritic all(one.critic);
  const PlainCritic attributes(one.attribute_critic);
  const at::Tensor loss =
      -all.forward(critic_rows(made, 3, kRows.columns())).mean() -
      0.5 * attributes.forward(critic_rows(made, 3, kAttributes.columns())).mean();
  Parameters& parameters = one.generator.parameters();
  torch::autograd::backward({loss}, {});
  expect_close(one.moved(parameters, ""), parameters.flat_gradient());
}

TEST(TrainerGradient, CriticsLearnFromPacksOfFlows) {
  Job job = packed_job();
  job.options.d_lr = job.options.attr_d_lr = kHuge;
  OneIteration one(job);
  const c10::AutoGradMode no_gradient(false);
  const Sequences made = one.generator.make(8, one.draws);
  const Sequences real = one.real();
  const auto expected = [&](Critic& critic, std::vector<std::int64_t> longer) {
    const std::int64_t columns = critic.rows().columns();
    const at::Tensor fake = critic_rows(made, 3, columns);
    const at::Tensor genuine = critic_rows(real, 3, columns);
    const at::Tensor between = at::lerp(genuine, fake, one.draws.uniform(2, 1));
    const c10::AutoGradMode gradient(true);
    const PlainCritic plain(critic);
    return plain.gradient(plain.loss(fake, genuine) +
                          plain.penalty(between, support_of(longer, critic.rows(), kDouble)));
  };
  std::vector<std::int64_t> longer = critic_blocks(made, 3);
  const auto others = critic_blocks(real, 3);
  std::transform(longer.begin(), longer.end(), others.begin(), longer.begin(),
                 [](auto a, auto b) { return std::max(a, b); });
  expect_close(one.moved(one.critic.parameters(), "critic."), expected(one.critic, longer));
  expect_close(one.moved(one.attribute_critic.parameters(), "attribute_critic."),
               expected(one.attribute_critic, {1, 1}));
}

}  // namespace
}  // namespace tracetwin::neural
