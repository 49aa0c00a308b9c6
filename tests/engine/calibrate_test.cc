#include "engine/doppelganger/calibrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "engine/doppelganger/calibrate_given.h"
#include "engine/doppelganger/sampler.h"
#include "engine/doppelganger/solve_bias.h"

namespace tracetwin::doppelganger {
namespace {

std::vector<float> normal(Random& random, std::size_t count, float scale) {
  std::vector<float> values(count);
  for (float& value : values) {
    value = scale * static_cast<float>(random.normal());
  }
  return values;
}

/// How often each option is the largest.
std::vector<double> shares(const std::vector<float>& logits, const std::vector<float>& bias) {
  std::vector<double> counts(bias.size(), 0);
  for (std::size_t at = 0; at < logits.size(); at += bias.size()) {
    std::size_t best = 0;
    for (std::size_t o = 1; o < bias.size(); ++o) {
      best = logits[at + o] + bias[o] > logits[at + best] + bias[best] ? o : best;
    }
    counts[best] += static_cast<double>(bias.size()) / static_cast<double>(logits.size());
  }
  return counts;
}

TEST(BiasOfChoice, GivesEachOptionItsShare) {
  Random random(1);
  const std::vector<double> target = {0.5, 0.2, 0.15, 0.1, 0.05};
  std::vector<float> logits = normal(random, 2000 * target.size(), 1);
  for (std::size_t at = 0; at < logits.size(); at += target.size()) {
    logits[at + 4] += 3;  // what is wanted least is made most
  }
  const auto made = shares(logits, bias_of_choice(logits, target));
  for (std::size_t o = 0; o < target.size(); ++o) {
    EXPECT_NEAR(made[o], target[o], 0.003) << o;
  }
}

TEST(BiasOfChoice, RevivesWhatIsNeverMadeAndEndsWhatIsNotWanted) {
  Random random(2);
  std::vector<float> logits = normal(random, 1000 * 3, 1);
  for (std::size_t at = 0; at < logits.size(); at += 3) {
    logits[at + 1] -= 500;
  }
  const auto made = shares(logits, bias_of_choice(logits, std::vector<double>{0.6, 0.4, 0}));
  EXPECT_NEAR(made[0], 0.6, 0.003);
  EXPECT_NEAR(made[1], 0.4, 0.003);
  EXPECT_EQ(made[2], 0);
}

TEST(BiasOfChoice, LeavesASingleOptionAlone) {
  EXPECT_EQ(bias_of_choice(std::vector<float>{1, 2, 3}, std::vector<double>{1}),
            std::vector<float>{0});
}

TEST(BiasOfMargin, IsTheQuantile) {
  const std::vector<float> margins = {-3, -1, 0, 2, 5};
  const auto above = [&](double share) {
    std::vector<float> own = margins;
    const float bias = bias_of_margin(own, share);
    return std::ranges::count_if(margins, [&](float margin) { return margin + bias > 0; });
  };
  EXPECT_EQ(above(0), 0);
  EXPECT_EQ(above(0.4), 2);
  EXPECT_EQ(above(0.8), 4);
  EXPECT_EQ(above(1), 5);
}

TEST(LineBetween, IsFoundExactly) {
  const std::vector<float> made = {-1, 0, 1, 3};
  const std::vector<float> wanted = {-1.5F, 0.5F, 2.5F, 6.5F};  // 2 x + 0.5
  const Line line = line_between(made, wanted);
  EXPECT_FLOAT_EQ(line.factor, 2);
  EXPECT_FLOAT_EQ(line.offset, 0.5F);
}

TEST(LineBetween, NeverTurnsAround) {
  EXPECT_FLOAT_EQ(line_between(std::vector<float>{0, 1, 2}, std::vector<float>{2, 1, 0}).factor,
                  0.1F);
  const Line nothing = line_between(std::vector<float>{1, 1}, std::vector<float>{0, 5});
  EXPECT_FLOAT_EQ(nothing.factor, 1);
}

/// One attribute of three choices, one number; records with a choice of two; four records at most.
class Calibrate : public testing::Test {
 protected:
  Calibrate() {
    layout_.attributes = {{"kind", Activation::kSoftmax, 3}, {"start", Activation::kSigmoid, 1}};
    layout_.features = {{"way", Activation::kSoftmax, 2}};
    options_.attribute_layers = 2;
    options_.attribute_units = 16;
    options_.feature_units = 8;
    options_.sample_len = 2;
    Random random(3);
    const auto add = [&](const char* name, std::vector<std::uint64_t> shape, float scale) {
      const auto count =
          std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
      weights_.add({name, shape, normal(random, count, scale)});
    };
    add("attribute.0.weight", {16, 5}, 1);
    add("attribute.0.bias", {16}, 0.1F);
    weights_.add({"attribute.0.scale", {16}, std::vector<float>(16, 1)});
    weights_.add({"attribute.0.shift", {16}, std::vector<float>(16, 0)});
    weights_.add({"attribute.0.mean", {16}, std::vector<float>(16, 0)});
    weights_.add({"attribute.0.variance", {16}, std::vector<float>(16, 1)});
    add("attribute.heads.weight", {4, 16}, 1);
    add("attribute.heads.bias", {4}, 3);
    add("lstm.0.input", {32, 4 + 5}, 1);
    add("lstm.0.hidden", {32, 8}, 1);
    add("lstm.0.bias", {32}, 0.1F);
    add("feature.heads.weight", {8, 8}, 1);
    add("feature.heads.bias", {8}, 2);
  }

  /// 1,000 flows: 70, 20 and 10 % of each kind, 60 % of one record, 30 % of two and 10 % of four,
  /// four fifths of the first records one way, starts evenly in the first half.
  static Samples wanted() {
    Samples samples;
    samples.attribute_width = 4;
    samples.feature_width = 2;
    for (std::size_t flow = 0; flow < 1000; ++flow) {
      const std::size_t kind = flow % 10 < 7 ? 0 : flow % 10 < 9 ? 1 : 2;
      const float start = static_cast<float>(flow) / 2000;
      samples.attributes.insert(
          samples.attributes.end(),
          {kind == 0 ? 1.0F : 0.0F, kind == 1 ? 1.0F : 0.0F, kind == 2 ? 1.0F : 0.0F, start});
      const std::uint32_t length = flow / 100 < 6 ? 1 : flow / 100 < 9 ? 2 : 4;
      samples.lengths.push_back(length);
      for (std::uint32_t r = 0; r < length; ++r) {
        const bool one = (flow + r) % 5 != 0;
        samples.features.insert(samples.features.end(), {one ? 1.0F : 0.0F, one ? 0.0F : 1.0F});
      }
    }
    return samples;
  }

  Targets targets(const Samples& samples) const {
    return targets_of(layout_, options_, kMost, samples);
  }
  Samples draw(const engine::Weights& weights) const {
    const Sampler sampler(layout_, options_, kMost, weights);
    Random random(9);
    return sampler.draw_series(sampler.draw_heads(4000, random), random);
  }
  static double mean_start(const Samples& samples) {
    double sum = 0;
    for (std::size_t flow = 0; flow < samples.size(); ++flow) {
      sum += static_cast<double>(samples.attributes_of(flow)[3]);
    }
    return sum / static_cast<double>(samples.size());
  }

  static constexpr std::uint32_t kMost = 4;
  Layout layout_;
  Options options_;
  engine::Weights weights_;
};

TEST_F(Calibrate, TargetsAreCountedByHand) {
  const Targets found = targets(wanted());
  EXPECT_EQ(found.attributes, (std::vector<std::vector<double>>{{0.7, 0.2, 0.1}}));
  EXPECT_DOUBLE_EQ(found.features[0][0][0], (800 + 80.0) / 1100);  // of 1000 first, 100 third ones
  // First and third records: 600 of 1000 are a flow's last, and none of 100. The fourth has to be
  // one, so it does not count among the second.
  EXPECT_DOUBLE_EQ(found.last[0], 600.0 / 1100);
  EXPECT_DOUBLE_EQ(found.last[1], 300.0 / 400);
  EXPECT_EQ(found.numbers[0].size(), 20U);
}

TEST_F(Calibrate, FlowsAreAsOftenOfEachKindAndLengthAsTheyShouldBe) {
  const Samples real = wanted();
  const Targets aim = targets(real);
  const Targets before = targets(draw(weights_));
  const Samples drawn = draw(calibrated(weights_, layout_, options_, kMost, aim, 8192, 5));
  const Targets after = targets(drawn);
  EXPECT_GT(std::abs(before.attributes[0][0] - 0.7), 0.1) << "there is something to mend";
  for (std::size_t kind = 0; kind < 3; ++kind) {
    EXPECT_NEAR(after.attributes[0][kind], aim.attributes[0][kind], 0.03);
  }
  for (std::size_t place = 0; place < 2; ++place) {
    EXPECT_NEAR(after.features[place][0][0], aim.features[place][0][0], 0.05);
    EXPECT_NEAR(after.last[place], aim.last[place], 0.05);
  }
  EXPECT_NEAR(mean_start(drawn), 0.25, 0.04);
}

TEST_F(Calibrate, IsTheSameForTheSameSeed) {
  const Targets aim = targets(wanted());
  const auto bytes = [&](std::uint64_t seed) {
    return engine::bytes_of(calibrated(weights_, layout_, options_, kMost, aim, 1024, seed));
  };
  EXPECT_EQ(bytes(5), bytes(5));
  EXPECT_NE(bytes(5), bytes(6));
}

TEST_F(Calibrate, CorrectionsAimBeyondWhatWasMissed) {
  Targets aim = targets(wanted());
  const Targets real = aim;
  Targets drawn = aim;
  drawn.attributes[0] = {0.8, 0.15, 0.05};
  drawn.last[0] += 0.1;
  correct(aim, real, drawn);
  EXPECT_LT(aim.attributes[0][0], 0.7);
  EXPECT_GT(aim.attributes[0][2], 0.1);
  EXPECT_NEAR(aim.attributes[0][0] + aim.attributes[0][1] + aim.attributes[0][2], 1, 1e-9);
  EXPECT_NEAR(aim.last[0], real.last[0] - 0.1, 1e-9);
}

TEST_F(Calibrate, EveryKindHasLengthsAndChoicesOfItsOwn) {
  Samples real = wanted();
  // Flows of kind 1 are as long as can be and go the other way.
  Samples own;
  own.attribute_width = real.attribute_width;
  own.feature_width = real.feature_width;
  std::size_t record = 0;
  for (std::size_t flow = 0; flow < real.size(); record += real.lengths[flow++]) {
    if (real.attributes_of(flow)[1] < 0.5F) {
      append(real, flow, record, own);
      continue;
    }
    const auto attributes = real.attributes_of(flow);
    own.attributes.insert(own.attributes.end(), attributes.begin(), attributes.end());
    own.lengths.push_back(kMost);
    for (std::uint32_t r = 0; r < kMost; ++r) {
      own.features.insert(own.features.end(), {0.0F, 1.0F});
    }
  }
  const auto weights = calibrated(weights_, layout_, options_, kMost, targets(own), 8192, 5);
  const auto better = calibrated_given(weights, layout_, options_, kMost, own, "kind", 5);
  const Samples drawn = draw(better);
  std::vector<double> flows(3), full(3), single(3), records(3), one(3);
  record = 0;
  for (std::size_t flow = 0; flow < drawn.size(); record += drawn.lengths[flow++]) {
    const auto attributes = drawn.attributes_of(flow);
    const std::size_t kind = attributes[0] > 0.5F ? 0 : attributes[1] > 0.5F ? 1 : 2;
    ++flows[kind];
    full[kind] += drawn.lengths[flow] == kMost ? 1 : 0;
    single[kind] += drawn.lengths[flow] == 1 ? 1 : 0;
    for (std::size_t r = record; r < record + drawn.lengths[flow]; ++r) {
      ++records[kind];
      one[kind] += drawn.features[2 * r] > drawn.features[2 * r + 1] ? 1 : 0;
    }
  }
  EXPECT_NEAR(full[1] / flows[1], 1, 0.02);
  EXPECT_NEAR(one[1] / records[1], 0, 0.02);
  EXPECT_NEAR(full[0] / flows[0], 0.1, 0.03);
  EXPECT_NEAR(single[0] / flows[0], 0.6, 0.04);
  EXPECT_NEAR(one[0] / records[0], 0.8, 0.08);
}

TEST_F(Calibrate, LeavesNetworksWithoutSuchAChoiceAlone) {
  const auto same = calibrated_given(weights_, layout_, options_, kMost, wanted(), "start", 5);
  EXPECT_EQ(engine::bytes_of(same), engine::bytes_of(weights_));
}

TEST_F(Calibrate, ShiftsThatDoNotFitAreRefused) {
  auto weights = calibrated_given(weights_, layout_, options_, kMost, wanted(), "kind", 5);
  weights.at(kShiftsAt).values = {3};
  EXPECT_THROW(Sampler(layout_, options_, kMost, weights), Error);
}

}  // namespace
}  // namespace tracetwin::doppelganger
