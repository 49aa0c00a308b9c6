#include "pipeline/collapse.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "engine/doppelganger/samples.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kKinds = 64;

series::Scheme scheme_of_kinds() {
  series::Scheme scheme;
  series::Coding kind;
  kind.name = "kind";
  kind.code = series::Code::kChoice;
  kind.width = kKinds;
  scheme.attributes = {kind};
  scheme.start.name = "start";
  scheme.gap.name = "gap";
  scheme.most_records = 1;
  scheme.chunks = {{0, 1, 1, 1}};
  return scheme;
}

doppelganger::Options small_options(std::uint64_t iterations) {
  doppelganger::Options options;
  options.iterations = iterations;
  options.attribute_layers = 2;
  options.attribute_units = 8;
  options.feature_units = 1;
  options.sample_len = 1;
  options.noise = false;
  options.initial_state = doppelganger::InitialState::kZero;
  return options;
}

/// A generator whose choice follows its noise `slope` times as steeply as it follows nothing.
engine::Weights weights_of(float slope) {
  Random random(1);
  const auto normal = [&](std::size_t count, float scale) {
    std::vector<float> values(count);
    for (float& value : values) {
      value = scale * static_cast<float>(random.normal());
    }
    return values;
  };
  engine::Weights weights;
  weights.add({"attribute.0.weight", {8, 5}, normal(40, 1)});
  weights.add({"attribute.0.bias", {8}, std::vector<float>(8, 0)});
  weights.add({"attribute.0.scale", {8}, std::vector<float>(8, 1)});
  weights.add({"attribute.0.shift", {8}, std::vector<float>(8, 0)});
  weights.add({"attribute.0.mean", {8}, std::vector<float>(8, 0)});
  weights.add({"attribute.0.variance", {8}, std::vector<float>(8, 1)});
  weights.add({"attribute.heads.weight", {kKinds + 1, 8}, normal((kKinds + 1) * 8, slope)});
  weights.add({"attribute.heads.bias", {kKinds + 1}, normal(kKinds + 1, 1)});
  weights.add({"lstm.0.input", {4, kKinds + 1}, normal(4 * (kKinds + 1), 0.1F)});
  weights.add({"lstm.0.hidden", {4, 1}, normal(4, 0.1F)});
  weights.add({"lstm.0.bias", {4}, normal(4, 0.1F)});
  weights.add({"feature.heads.weight", {3, 1}, normal(3, 1)});
  weights.add({"feature.heads.bias", {3}, normal(3, 1)});
  return weights;
}

class Collapse : public testing::Test {
 protected:
  void SetUp() override {
    samples_.attribute_width = kKinds + 1;
    samples_.feature_width = 1;
    for (std::size_t flow = 0; flow < 500; ++flow) {
      std::vector<float> attributes(kKinds + 1);
      attributes[flow % kKinds] = 1;
      samples_.attributes.insert(samples_.attributes.end(), attributes.begin(), attributes.end());
      samples_.lengths.push_back(1);
      samples_.features.push_back(0);
    }
  }

  bool collapsed(float slope, std::uint64_t iterations) const {
    const series::Scheme scheme = scheme_of_kinds();
    const doppelganger::Options options = small_options(iterations);
    return CollapseCheck(scheme, options, samples_).has_collapsed(weights_of(slope));
  }

  doppelganger::Samples samples_;
};

TEST_F(Collapse, IsWhenTheSameFewFlowsAreMade) {
  EXPECT_TRUE(collapsed(0, 1000));
  EXPECT_FALSE(collapsed(3, 1000));
}

TEST_F(Collapse, IsNotAskedOfADryRun) {
  EXPECT_FALSE(collapsed(0, 20));
}

TEST_F(Collapse, IsAnError) {
  const series::Scheme scheme = scheme_of_kinds();
  const doppelganger::Options options = small_options(1000);
  const CollapseCheck check(scheme, options, samples_);
  EXPECT_THROW(check.demand_life(weights_of(0)), Error);
  EXPECT_NO_THROW(check.demand_life(weights_of(3)));
}

}  // namespace
}  // namespace tracetwin
