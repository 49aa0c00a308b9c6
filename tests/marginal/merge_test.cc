#include "marginal/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin::marginal {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

NoisyMarginal measured(std::vector<double> values, double sigma) {
  NoisyMarginal marginal({0}, dp::NoisyCounts());
  marginal.values = std::move(values);
  marginal.sigma = sigma;
  return marginal;
}

TEST(Projected, SumsOverTheOtherAttributes) {
  const Domain domain = {{"a", 2}, {"b", 3}, {"c", 2}};
  const Believed whole{{0, 1, 2}, {.01, .02, .03, .04, .05, .06, .07, .08, .09, .1, .2, .25}, 3};
  const Believed outer = projected(domain, whole, {0, 2});
  ASSERT_EQ(outer.probabilities.size(), 4U);
  EXPECT_NEAR(outer.probabilities[0], .01 + .03 + .05, 1e-12);
  EXPECT_NEAR(outer.probabilities[1], .02 + .04 + .06, 1e-12);
  EXPECT_NEAR(outer.probabilities[3], .08 + .1 + .25, 1e-12);
  EXPECT_NEAR(outer.sigma, 3 * std::sqrt(3.0), 1e-12);
  EXPECT_NEAR(projected(domain, whole, {1}).probabilities[2], .05 + .06 + .2 + .25, 1e-12);
}

TEST(Merge, WithoutNoiseThePastCountsByMemory) {
  auto fresh = measured({80, 20}, 0);
  merge({{0}, {0.5, 0.5}, 0}, 100, 1, fresh);
  EXPECT_THAT(fresh.values, ElementsAre(DoubleEq(65), DoubleEq(35)));
  EXPECT_EQ(fresh.sigma, 0);
  fresh = measured({80, 20}, 0);
  merge({{0}, {0.5, 0.5}, 0}, 100, 0, fresh);
  EXPECT_THAT(fresh.values, ElementsAre(80, 20));
}

TEST(Merge, NoisePassesTheWordToThePast) {
  auto noisy = measured({80, 20}, 100);
  merge({{0}, {0.5, 0.5}, 1}, 100, 1, noisy);
  EXPECT_NEAR(noisy.values[0], 50, 1);
  EXPECT_LT(noisy.sigma, 3);
  auto clear = measured({80, 20}, 1);
  merge({{0}, {0.5, 0.5}, 100}, 100, 1, clear);
  EXPECT_NEAR(clear.values[0], 80, 1);
}

TEST(Merge, NoiseAveragesOutOverEpochs) {
  Random random(1);
  const std::vector<double> truth = {500, 300, 150, 50};
  const double sigma = 60;
  Believed believed{{0}, {.25, .25, .25, .25}, 1e9};
  double error = 0;
  double said = 0;
  for (int epoch = 0; epoch < 400; ++epoch) {
    auto fresh = measured(truth, sigma);
    for (double& value : fresh.values) {
      value += sigma * std::sqrt(-2 * std::log(1 - random.uniform())) *
               std::cos(6.283185307 * random.uniform());
    }
    merge(believed, 1000, 0.8, fresh);
    for (std::size_t cell = 0; cell < truth.size(); ++cell) {
      believed.probabilities[cell] = fresh.values[cell] / 1000;
      error += epoch < 50 ? 0 : std::pow(fresh.values[cell] - truth[cell], 2);
    }
    believed.sigma = said = fresh.sigma;
  }
  const double deviation = std::sqrt(error / (350 * 4));
  EXPECT_LT(deviation, 0.6 * sigma);
  EXPECT_NEAR(said / deviation, 1, 0.15) << "the noise that is said is the noise that is there";
}

TEST(Merge, TablesOfDifferentSizesAreRefused) {
  auto fresh = measured({1, 2, 3}, 0);
  EXPECT_THROW(merge({{0}, {0.5, 0.5}, 0}, 6, 1, fresh), Error);
}

}  // namespace
}  // namespace tracetwin::marginal
