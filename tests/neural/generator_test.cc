#include "neural/generator.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "neural/real_data.h"
#include "small_job.h"

namespace tracetwin::neural {
namespace {

using doppelganger::Activation;
using doppelganger::Job;

const Kind kFloat = at::TensorOptions().dtype(at::kFloat);

Generator make_generator(const Job& job, Draws& draws) {
  Generator generator(job.layout, job.options, job.most_records, kFloat);
  const c10::NoGradGuard no_gradient;
  draws.begin(0, 0);
  generator.initialise(draws);
  return generator;
}

TEST(Heads, AgreeWithTheirActivations) {
  const Heads heads({{"a", Activation::kSoftmax, 2},
                     {"b", Activation::kSoftmax, 2},
                     {"c", Activation::kSoftmax, 3},
                     {"d", Activation::kTanh, 2},
                     {"e", Activation::kSigmoid, 1}},
                    true);
  ASSERT_EQ(heads.width(), 12);
  Draws draws(1, kFloat);
  const at::Tensor scores = draws.normal(6, 12);
  const at::Tensor soft = heads.soft(scores.view({3, 2, 12})).view({6, 12});
  const auto part = [&](const at::Tensor& of, int begin, int width) {
    return of.narrow(1, begin, width);
  };
  for (const auto& [begin, width] : {std::pair{0, 2}, {2, 2}, {4, 3}, {10, 2}}) {
    EXPECT_TRUE(at::allclose(part(soft, begin, width), part(scores, begin, width).softmax(1)));
  }
  EXPECT_TRUE(at::allclose(part(soft, 7, 2), part(scores, 7, 2).tanh()));
  EXPECT_TRUE(at::allclose(part(soft, 9, 1), part(scores, 9, 1).sigmoid()));
  const at::Tensor hard = heads.hard(soft);
  EXPECT_TRUE(at::equal(part(hard, 4, 3).sum(1), at::ones({6})));
  EXPECT_TRUE(at::equal(part(hard, 4, 3).argmax(1), part(scores, 4, 3).argmax(1)));
  EXPECT_TRUE(at::equal(part(hard, 7, 3), part(soft, 7, 3)));
}

TEST(Generator, BlocksEndAfterARecordThatSaysItIsTheLast) {
  const Job job = small_job();
  Draws draws(2, kFloat);
  const Generator generator = make_generator(job, draws);
  const c10::NoGradGuard no_gradient;
  const Sequences made = generator.make(200, draws);
  const std::int64_t records = made.features.size(1);
  ASSERT_LE(records, 12);
  ASSERT_EQ(records % 2, 0);
  for (std::int64_t flow = 0; flow < 200; ++flow) {
    std::int64_t kept = 1;
    const auto says_another = [&](std::int64_t t) {
      return made.features[flow][t][4].item<float>() >= made.features[flow][t][5].item<float>();
    };
    while (kept < 6 && says_another(2 * kept - 2) && says_another(2 * kept - 1)) {
      ++kept;
    }
    ASSERT_EQ(made.blocks[static_cast<std::size_t>(flow)], kept);
    ASSERT_EQ(made.features[flow].narrow(0, 2 * kept, records - 2 * kept).abs().sum().item<float>(),
              0);
    ASSERT_GT(made.features[flow][2 * kept - 1].sum().item<float>(), 1.9);
  }
}

TEST(Generator, GivenLengthsAreThoseOfTheData) {
  Job job = small_job();
  job.options.given_lengths = true;
  Draws draws(4, kFloat);
  Generator generator = make_generator(job, draws);
  generator.set_lengths(at::tensor({1.0F, 3.0F, 3.0F, 9.0F}));
  const c10::NoGradGuard no_gradient;
  const Sequences made = generator.make(100, draws);
  ASSERT_EQ(made.features.size(2), 4);
  for (std::int64_t flow = 0; flow < 100; ++flow) {
    const at::Tensor there = made.features[flow].abs().sum(1) > 0;
    const auto length = there.sum().item<std::int64_t>();
    ASSERT_TRUE(there.narrow(0, 0, length).all().item<bool>());
    ASSERT_GE(length, 1);
    ASSERT_LE(length, 9);
    ASSERT_EQ(made.blocks[static_cast<std::size_t>(flow)], (length + 1) / 2);
  }
}

TEST(Generator, EveryOptionGivesEveryWeightAGradient) {
  Job job = small_job();
  job.layout.additional = {{"middle", Activation::kSigmoid, 1}, {"range", Activation::kTanh, 1}};
  job.options.feed_back = true;
  job.options.rnn_mlp_layers = 2;
  job.options.feature_layers = 2;
  job.options.initial_state = doppelganger::InitialState::kVariable;
  job.options.given_lengths = job.options.uniform_lengths = true;
  job.options.feature_noise = doppelganger::Noise::kUniform;
  Draws draws(6, kFloat);
  Generator generator = make_generator(job, draws);
  generator.set_lengths(at::tensor({11.0F, 11.0F}));
  const Sequences made = generator.make(20, draws);
  ASSERT_EQ(made.attributes.size(1), 10);
  torch::autograd::backward({made.attributes, made.features},
                            {at::randn_like(made.attributes), at::randn_like(made.features)});
  for (const Shape& shape : generator.parameters().shapes()) {
    EXPECT_GT(generator.parameters().gradient(shape.name).abs().max().item<float>(), 0)
        << shape.name;
  }
}

TEST(RealData, PadsWithFlagsInsideTheBlockOnly) {
  doppelganger::Samples samples;
  samples.attribute_width = samples.feature_width = 1;
  samples.attributes = {0.5F, 0.25F};
  samples.lengths = {1, 4};
  samples.features = {1, 2, 3, 4, 5};
  const RealData data(samples, 3, true, kFloat);
  const Sequences batch = data.batch({0, 1});
  const at::Tensor expected = at::tensor({1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,  //
                                          2, 1, 0, 3, 1, 0, 4, 1, 0, 5, 0, 1, 0, 0, 1, 0, 0, 1},
                                         kFloat);
  EXPECT_TRUE(at::equal(batch.features, expected.view({2, 6, 3}))) << batch.features;
  EXPECT_EQ(batch.blocks, (std::vector<std::int64_t>{1, 2}));
}

TEST(Batches, ShowEveryFlowOnceAnEpoch) {
  Batches batches(1, 10, 3);
  std::vector<int> seen(10);
  for (std::uint64_t number = 0; number < 3; ++number) {
    for (const std::int64_t flow : batches(number)) {
      ++seen[static_cast<std::size_t>(flow)];
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 9);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 1);
  EXPECT_EQ(Batches(1, 10, 3)(7), batches(7));
  EXPECT_EQ(Batches(1, 2, 5)(3).size(), 5U);
}

}  // namespace
}  // namespace tracetwin::neural
