#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "engine/doppelganger/sampler.h"
#include "engine/product.h"

namespace tracetwin::doppelganger {
namespace {

using engine::Tensor;
using engine::Weights;
using ::testing::ElementsAre;

TEST(Product, IsThatOfEveryRowAndColumn) {
  Random random(1);
  for (const std::size_t rows : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 8U, 9U, 23U}) {
    for (const std::size_t n : {1U, 16U, 37U}) {
      constexpr std::size_t kInner = 9;
      std::vector<float> in(rows * kInner), weights(kInner * n), out(rows * n, 1.0F);
      for (auto* values : {&in, &weights}) {
        for (float& value : *values) {
          value = static_cast<float>(random.normal());
        }
      }
      std::vector<float> again = out;
      engine::multiply_add(in, weights, rows, kInner, n, out);
      engine::multiply_add(in, engine::Panels(weights, kInner, n), rows, again);
      ASSERT_EQ(out, again);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < n; ++c) {
          double sum = 1;
          for (std::size_t k = 0; k < kInner; ++k) {
            sum +=
                static_cast<double>(in[r * kInner + k]) * static_cast<double>(weights[k * n + c]);
          }
          ASSERT_NEAR(out[r * n + c], sum, 1e-5);
        }
      }
    }
  }
}

// One choice of two and one number a flow; one number a record, one LSTM unit, one record a step.
Options small_options() {
  Options options;
  options.attribute_layers = 2;
  options.attribute_units = 2;
  options.feature_units = 1;
  options.sample_len = 1;
  options.noise = false;
  options.initial_state = InitialState::kZero;
  return options;
}

Layout small_layout() {
  return {{{"kind", Activation::kSoftmax, 2}, {"size", Activation::kSigmoid, 1}},
          {},
          {{"gap", Activation::kTanh, 1}}};
}

/// `stop` is the bias of the flag that says that a record is the last.
Weights small_weights(float stop) {
  Weights weights;
  weights.add({"attribute.0.weight", {2, 5}, std::vector<float>(10, 0.3F)});
  weights.add({"attribute.0.bias", {2}, {0, 0}});
  weights.add({"attribute.0.scale", {2}, {0, 0}});  // whatever the noise
  weights.add({"attribute.0.shift", {2}, {1, 2}});
  weights.add({"attribute.0.mean", {2}, {0, 0}});
  weights.add({"attribute.0.variance", {2}, {1, 1}});
  weights.add({"attribute.heads.weight", {3, 2}, {1, 0, 0, 1, 0.5F, 0.25F}});
  weights.add({"attribute.heads.bias", {3}, {0, 0, -1}});
  weights.add({"lstm.0.input", {4, 3}, {0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 3}});
  weights.add({"lstm.0.hidden", {4, 1}, {0.5F, 0, 1, 0}});
  weights.add({"lstm.0.bias", {4}, {0, 1, 0, -1}});
  weights.add({"feature.heads.weight", {3, 1}, {2, 0, 0}});
  weights.add({"feature.heads.bias", {3}, {0.5F, 0, stop}});
  return weights;
}

TEST(Sampler, AttributesFollowTheNetworkAndChoicesAreHard) {
  const Sampler sampler(small_layout(), small_options(), 10, small_weights(1));
  Random random(3);
  const FlowHeads heads = sampler.draw_heads(2, random);
  ASSERT_EQ(heads.attributes.size(), 6U);  // logits 1, 2 and 0.5 + 0.5 - 1 = 0
  EXPECT_THAT(heads.attributes, ElementsAre(0, 1, 0.5F, 0, 1, 0.5F));
}

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}

TEST(Sampler, RecordsFollowTheLstm) {
  const Sampler sampler(small_layout(), small_options(), 3, small_weights(-1));
  Random random(3);
  const Samples samples = sampler.draw_series({{0, 1, 0.5F}, {}, {}}, random);
  EXPECT_THAT(samples.lengths, ElementsAre(3));  // as long as can be
  double h = 0;
  double c = 0;
  for (std::size_t step = 0; step < 3; ++step) {  // attributes 0, 1, 0.5
    const double input = logistic(1 + 0.5 * h);
    const double forget = logistic(1 + 0.5);
    const double cell = std::tanh(2 + h);
    const double output = logistic(1.5 - 1);
    c = forget * c + input * cell;
    h = output * std::tanh(c);
    EXPECT_NEAR(samples.features[step], std::tanh(2 * h + 0.5), 1e-6);
  }
}

TEST(Sampler, AFlagEndsAFlow) {
  const Sampler sampler(small_layout(), small_options(), 3, small_weights(1));
  Random random(3);
  const Samples samples = sampler.draw_series({{0, 1, 0.5F, 1, 0, 0.1F}, {}, {}}, random);
  EXPECT_THAT(samples.lengths, ElementsAre(1, 1));
}

TEST(Sampler, GivenLengthsLieBetweenThoseOfTheTraining) {
  Options options = small_options();
  options.given_lengths = true;
  Weights weights;
  const Weights narrow = small_weights(0);
  for (const Tensor& tensor : narrow.tensors()) {
    Tensor wider = tensor;
    if (tensor.name == "attribute.0.weight") {
      wider = {tensor.name, {2, 6}, std::vector<float>(12, 0.3F)};
    } else if (tensor.name == "lstm.0.input") {
      wider = {tensor.name, {4, 4}, std::vector<float>(16, 0.1F)};
    } else if (tensor.name == "feature.heads.weight") {
      wider = {tensor.name, {1, 1}, {2}};
    } else if (tensor.name == "feature.heads.bias") {
      wider = {tensor.name, {1}, {0}};
    }
    weights.add(wider);
  }
  weights.add({"lengths", {3}, {1, 1, 7}});
  const Sampler sampler(small_layout(), options, 7, weights);
  Random random(4);
  const FlowHeads heads = sampler.draw_heads(400, random);
  const Samples samples = sampler.draw_series(heads, random);
  std::size_t ones = 0;
  for (const std::uint32_t length : samples.lengths) {
    EXPECT_GE(length, 1U);
    EXPECT_LE(length, 7U);
    ones += length == 1 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(ones), 400 * (0.5 + 0.5 / 12), 50);
}

TEST(Sampler, RefusesNetworksOfAnotherShape) {
  Options options = small_options();
  options.feature_units = 2;
  EXPECT_THROW(Sampler(small_layout(), options, 3, small_weights(0)), Error);
  EXPECT_THROW(Sampler(small_layout(), small_options(), 3, Weights()), Error);
}

}  // namespace
}  // namespace tracetwin::doppelganger
