#include "audit/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin::audit {
namespace {

/// Expected values: roots of the binomial distribution function, worked out with mpmath to 30
/// digits.
TEST(ClopperPearson, KnownValues) {
  struct Case {
    std::uint64_t successes, trials;
    double confidence, low, high;
  };
  for (const Case& known : {Case{0, 30, 0.95, 0, 0.115703308222027786},
                            {5, 10, 0.95, 0.187086028447398573, 0.812913971552601427},
                            {1, 10, 0.95, 0.00252857854446178677, 0.445016117028195358},
                            {10, 100, 0.95, 0.0490046892214859656, 0.176222597740022665},
                            {0, 1000, 0.95, 0, 0.00368208389686567120},
                            {3, 500, 0.99, 0.000676852754053040717, 0.0217804985572984481},
                            {1000, 1000, 0.95, 1 - 0.00368208389686567120, 1}}) {
    const Interval interval = clopper_pearson(known.successes, known.trials, known.confidence);
    EXPECT_NEAR(interval.low, known.low, 1e-13) << known.successes << " of " << known.trials;
    EXPECT_NEAR(interval.high, known.high, 1e-13) << known.successes << " of " << known.trials;
  }
}

TEST(ClopperPearson, CoversInTheMeanOverAllOutcomes) {
  constexpr int kTrials = 40;
  for (const double p : {0.01, 0.2, 0.5}) {
    double covered = 0;
    double probability = std::pow(1 - p, kTrials);
    for (int k = 0; k <= kTrials; ++k) {
      const Interval interval = clopper_pearson(static_cast<std::uint64_t>(k), kTrials, 0.95);
      covered += interval.low <= p && p <= interval.high ? probability : 0;
      probability *= p / (1 - p) * (kTrials - k) / (k + 1);
    }
    EXPECT_GE(covered, 0.95) << p;
  }
}

TEST(ClopperPearson, RefusesNonsense) {
  EXPECT_THROW(clopper_pearson(2, 1, 0.95), Error);
  EXPECT_THROW(clopper_pearson(0, 0, 0.95), Error);
  EXPECT_THROW(clopper_pearson(0, 1, 1), Error);
  EXPECT_THROW(clopper_pearson(0, 1, 0), Error);
}

TEST(ProvenEpsilon, BothDirections) {
  EXPECT_DOUBLE_EQ(proven_epsilon(0.1, 0.5, 1e-9), std::log((1 - 1e-9 - 0.5) / 0.1));
  EXPECT_DOUBLE_EQ(proven_epsilon(0.5, 0.1, 1e-9), std::log((1 - 1e-9 - 0.5) / 0.1));
  EXPECT_EQ(proven_epsilon(0.5, 0.5, 1e-9), 0);
  EXPECT_EQ(proven_epsilon(1, 1, 0.1), 0);
  EXPECT_EQ(proven_epsilon(0.1, 0.1, 0.9), 0);
}

TEST(ProvenEpsilon, NotMoreThanTheRunsCanShow) {
  EXPECT_NEAR(provable_epsilon(1000, 1e-9, 0.95), std::log(1000 / 3.69), 0.01);
}

std::vector<double> normals(std::size_t count, double mean, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& value : values) {
    value = mean + random.normal();
  }
  return values;
}

TEST(Separation, OfNormalSamples) {
  const Separation found = separation(normals(5000, 7, 1), normals(5000, 7.3, 2), 0.999);
  EXPECT_LT(found.interval.low, 0.3);
  EXPECT_GT(found.interval.high, 0.3);
  EXPECT_NEAR(found.interval.high - found.interval.low, 2 * 3.29 * std::sqrt(2.0 / 5000), 0.002);
}

TEST(Separation, ItsIntervalCovers) {
  int covered = 0;
  for (std::uint64_t game = 0; game < 300; ++game) {
    const auto found = separation(normals(200, 0, 2 * game), normals(200, 0.5, 2 * game + 1), 0.95);
    covered += found.interval.low <= 0.5 && 0.5 <= found.interval.high ? 1 : 0;
  }
  EXPECT_GE(covered, 273);
}

TEST(Separation, OfConstantSamples) {
  const std::vector<double> ones(10, 1.0);
  const std::vector<double> twos(10, 2.0);
  EXPECT_EQ(separation(ones, ones, 0.95).estimate, 0);
  EXPECT_TRUE(std::isinf(separation(ones, twos, 0.95).interval.low));
  EXPECT_THROW(separation(ones, std::vector<double>(1), 0.95), Error);
}

/// The bound is about mu = sqrt(2 rho), the separation of the Gaussian mechanism of that rho, and
/// never below it.
TEST(Separation, BoundOfZeroConcentratedPrivacy) {
  EXPECT_NEAR(separation_bound(0.05), 0.32430066, 1e-8);
  for (const double rho : {1e-4, 0.01, 0.5, 3.0}) {
    EXPECT_GE(separation_bound(rho), std::sqrt(2 * rho));
  }
}

}  // namespace
}  // namespace tracetwin::audit
