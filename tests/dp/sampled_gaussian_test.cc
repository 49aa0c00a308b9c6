#include "dp/sampled_gaussian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "dp/gdp.h"

namespace tracetwin::dp {
namespace {

// Epsilons of known noise, from the literature's accountants (Opacus, prv_accountant).
TEST(SampledGaussian, GivesTheNoiseThatAnEpsilonIsKnownFor) {
  EXPECT_NEAR(sampled_gaussian_noise({3.61, 1e-6}, 0, {0.02, 5000}), 2, 0.01);
  EXPECT_NEAR(sampled_gaussian_noise({1.83, 1e-5}, 0, {0.01, 1000}), 1, 0.01);
}

// Without sampling, k steps of multiplier z are k / z^2 of mu^2, beside 2 rho.
TEST(SampledGaussian, OfEverythingIsGaussian) {
  const Budget budget{2, 1e-6};
  const double total = gdp_total(budget);
  for (const double share : {0.0, 0.3, 0.8}) {
    const double noise = sampled_gaussian_noise(budget, share * total, {1, 25});
    const double exact = std::sqrt(25 / (2 * (1 - share) * total));
    EXPECT_GE(noise, exact * 0.9999);
    EXPECT_LE(noise, exact * 1.004);
  }
}

TEST(SampledGaussian, TakesMoreNoiseForMore) {
  const Budget budget{2, 1e-6};
  const double noise = sampled_gaussian_noise(budget, 0.02, {0.02, 500});
  EXPECT_GT(sampled_gaussian_noise(budget, 0.02, {0.02, 2000}), noise);
  EXPECT_GT(sampled_gaussian_noise(budget, 0.02, {0.05, 500}), noise);
  EXPECT_GT(sampled_gaussian_noise(budget, 0.06, {0.02, 500}), noise);
  EXPECT_GT(sampled_gaussian_noise({1, 1e-6}, 0.02, {0.02, 500}), noise);
}

TEST(SampledGaussian, RefusesWhatNoNoiseKeeps) {
  const Budget budget{0.5, 1e-6};
  try {
    sampled_gaussian_noise(budget, gdp_total(budget) * 1.01, {0.5, 1000});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBudgetExceeded);
  }
}

}  // namespace
}  // namespace tracetwin::dp
