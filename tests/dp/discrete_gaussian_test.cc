#include "dp/discrete_gaussian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "dp/gaussian.h"
#include "dp_support.h"
#include "support/support.h"

namespace tracetwin::dp {
namespace {

using test::fit_p;
using test::number;
using test::read_vectors;
using test::relative_error;

Sigma2 tenths(double value) {
  return {static_cast<std::uint64_t>(std::llround(value * 100)), 100};
}

std::vector<std::int64_t> draws_of(const Sigma2& sigma2, int number, std::uint64_t seed) {
  NoiseSource noise = NoiseSource::insecure(seed);
  const DiscreteGaussian law(sigma2);
  std::vector<std::int64_t> draws;
  for (int i = 0; i < number; ++i) {
    draws.push_back(law.draw(noise));
  }
  return draws;
}

TEST(DiscreteGaussian, PmfAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/discrete_gaussian_pmf.csv");
  ASSERT_EQ(rows.size(), 35U);
  for (const auto& row : rows) {
    const Sigma2 sigma2 = tenths(number(row[0]));
    const std::int64_t k = std::stoll(row[1]);
    const double expected = number(row[2]);
    EXPECT_LT(relative_error(discrete_gaussian_pmf(sigma2, k), expected), 1e-12) << row[0];
    EXPECT_EQ(discrete_gaussian_pmf(sigma2, k), discrete_gaussian_pmf(sigma2, -k));
    if (k == 0) {
      EXPECT_LT(relative_error(1 / expected, number(row[4])), 1e-12);
    }
  }
}

TEST(DiscreteGaussian, DeltaAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/discrete_gaussian_delta.csv");
  ASSERT_EQ(rows.size(), 15U);
  for (const auto& row : rows) {
    const double expected = number(row[2]);
    const double delta = discrete_gaussian_delta(tenths(number(row[0])), number(row[1]));
    if (expected > 1e-100) {
      EXPECT_LT(relative_error(delta, expected), 1e-9) << row[0] << " " << row[1];
    } else {
      EXPECT_LT(delta, 1e-100);
    }
    const double continuous = gaussian_delta_of(1 / std::sqrt(number(row[0])), number(row[1]));
    if (number(row[3]) > 1e-100) {
      EXPECT_LT(relative_error(continuous, number(row[3])), 1e-9) << row[0] << " " << row[1];
    }
  }
}

TEST(DiscreteGaussian, DrawsFollowTheLaw) {
  for (const double variance : {0.25, 1.0, 2.5, 10.0, 100.0}) {
    const Sigma2 sigma2 = tenths(variance);
    const auto draws = draws_of(sigma2, 200000, 1);
    const double p =
        fit_p(draws, -100, 100, [&](std::int64_t k) { return discrete_gaussian_pmf(sigma2, k); });
    EXPECT_GT(p, 1e-4) << variance;
  }
}

// The same law through 64-bit and 128-bit coins, and fractions that are not in lowest terms.
TEST(DiscreteGaussian, DrawsDoNotDependOnHowTheFractionIsWritten) {
  const std::uint64_t large = std::uint64_t{1} << 40;
  for (const Sigma2& sigma2 : {Sigma2{9, 2}, Sigma2{9 * large, 2 * large}}) {
    const auto draws = draws_of(sigma2, 100000, 2);
    const double p =
        fit_p(draws, -40, 40, [&](std::int64_t k) { return discrete_gaussian_pmf(sigma2, k); });
    EXPECT_GT(p, 1e-4);
  }
}

TEST(DiscreteGaussian, MomentsAreRightAtEverySize) {
  const Sigma2 largest{Sigma2::kLargest, 1};
  for (const Sigma2& sigma2 : {Sigma2{1, 1}, Sigma2::at_least(30.7), Sigma2::at_least(1e4),
                               Sigma2::at_least(1e12), largest}) {
    constexpr int kDraws = 40000;
    double sum = 0;
    double squares = 0;
    for (const std::int64_t draw : draws_of(sigma2, kDraws, 3)) {
      const double scaled = static_cast<double>(draw) / std::sqrt(sigma2.value());
      sum += scaled;
      squares += scaled * scaled;
    }
    EXPECT_LT(std::abs(sum / std::sqrt(kDraws)), 4.5) << sigma2.value();
    EXPECT_NEAR(squares / kDraws, 1, 4.5 * std::sqrt(2.0 / kDraws)) << sigma2.value();
  }
}

TEST(DiscreteGaussian, TinyVarianceGivesZero) {
  for (const std::int64_t draw : draws_of({1, Sigma2::kLargest}, 1000, 4)) {
    EXPECT_EQ(draw, 0);
  }
}

TEST(DiscreteGaussian, TailDrawsFollowTheConditionalLaw) {
  const Sigma2 sigma2 = Sigma2::at_least(25);
  const DiscreteGaussian law(sigma2);
  for (const std::int64_t threshold : {-3, 1, 4, 5, 6, 12, 30}) {
    NoiseSource noise = NoiseSource::insecure(5);
    std::vector<std::int64_t> draws;
    for (int i = 0; i < 60000; ++i) {
      draws.push_back(law.draw_tail(noise, threshold));
      ASSERT_GE(draws.back(), threshold);
    }
    const double tail = discrete_gaussian_upper_tail(sigma2, threshold);
    const double p = fit_p(draws, threshold, threshold + 60,
                           [&](std::int64_t k) { return discrete_gaussian_pmf(sigma2, k) / tail; });
    EXPECT_GT(p, 1e-4) << threshold;
  }
}

TEST(DiscreteGaussian, FarTailsAreDrawnAtOnce) {
  NoiseSource noise = NoiseSource::insecure(6);
  for (const double variance : {1e-6, 0.3, 900.0, 1e13}) {
    const Sigma2 sigma2 = Sigma2::at_least(variance);
    const auto threshold = static_cast<std::int64_t>(35 * std::sqrt(variance)) + 1;
    const std::int64_t draw = noise.discrete_gaussian_tail(sigma2, threshold);
    EXPECT_GE(draw, threshold);
    EXPECT_LE(static_cast<double>(draw - threshold), 2 * std::sqrt(variance) + 1);
  }
}

TEST(DiscreteGaussian, TailProbabilitiesAreSumsOfThePmf) {
  for (const double variance : {0.1, 1.0, 30.0, 1e4}) {
    const Sigma2 sigma2 = Sigma2::at_least(variance);
    const auto reach = static_cast<std::int64_t>(37 * std::sqrt(variance)) + 5;
    double sum = 0;
    for (std::int64_t k = reach; k > -reach; --k) {
      sum += discrete_gaussian_pmf(sigma2, k);
      if (k < reach * 4 / 5) {
        ASSERT_LT(relative_error(discrete_gaussian_upper_tail(sigma2, k), sum), 1e-9)
            << variance << " " << k;
      }
    }
  }
}

// References: mpmath, 40 digits, sums for sigma = 1100.
TEST(DiscreteGaussian, LargeVarianceTailsAgreeWithSums) {
  const Sigma2 sigma2{1100ULL * 1100ULL, 1};
  EXPECT_LT(relative_error(discrete_gaussian_upper_tail(sigma2, 1), 0.49981866259981753), 1e-10);
  EXPECT_LT(relative_error(discrete_gaussian_upper_tail(sigma2, 7700), 1.2839690933140409e-12),
            1e-10);
  EXPECT_LT(relative_error(discrete_gaussian_upper_tail(sigma2, 40000), 8.1326374320905358e-290),
            1e-9);
}

TEST(DiscreteGaussian, TailsAtTheEndsOfTheIntegers) {
  EXPECT_EQ(discrete_gaussian_upper_tail({4, 1}, INT64_MAX), 0);
  EXPECT_EQ(discrete_gaussian_upper_tail({4, 1}, INT64_MIN), 1);
  EXPECT_EQ(discrete_gaussian_upper_tail({Sigma2::kLargest, 1}, INT64_MAX), 0);
}

TEST(DiscreteGaussian, ThresholdIsTheSmallest) {
  for (const double variance : {0.01, 1.0, 50.0, 1e6, 1e10}) {
    for (const double allowed : {0.4, 1e-3, 1e-9, 1e-40, 1e-250}) {
      const Sigma2 sigma2 = Sigma2::at_least(variance);
      const std::int64_t threshold = discrete_gaussian_threshold(sigma2, allowed);
      EXPECT_LE(discrete_gaussian_upper_tail(sigma2, threshold), allowed);
      if (threshold > 0) {
        EXPECT_GT(discrete_gaussian_upper_tail(sigma2, threshold - 1), allowed * (1 - 1e-8));
      }
    }
  }
  EXPECT_THROW(discrete_gaussian_threshold({1, 1}, 0), Error);
}

// Close to the continuous threshold 1 + sigma quantile(1 - delta) of the reference.
TEST(DiscreteGaussian, ThresholdIsNearTheContinuousOne) {
  TRACETWIN_NEED_SHARED(shared);
  for (const auto& row : read_vectors(shared / "dp_vectors/partition_threshold_gaussian.csv")) {
    const double sigma = number(row[0]);
    const Sigma2 sigma2 = Sigma2::at_least(sigma * sigma);
    const auto threshold =
        static_cast<double>(1 + discrete_gaussian_threshold(sigma2, number(row[1])));
    EXPECT_NEAR(threshold, number(row[3]) + 0.5, 1.5) << sigma << " " << row[1];
  }
}

TEST(DiscreteGaussian, ImpossibleVariancesAreRefused) {
  EXPECT_THROW(DiscreteGaussian({0, 1}), Error);
  EXPECT_THROW(DiscreteGaussian({1, 0}), Error);
  EXPECT_THROW(DiscreteGaussian({Sigma2::kLargest + 1, 1}), Error);
  EXPECT_THROW(DiscreteGaussian({1, Sigma2::kLargest + 1}), Error);
  EXPECT_THROW(discrete_gaussian_pmf({0, 1}, 0), Error);
  NoiseSource noise = NoiseSource::insecure(1);
  EXPECT_EQ(noise.discrete_gaussian({0, 1}), 0);
  EXPECT_THROW(noise.discrete_gaussian_tail({0, 1}, 1), Error);
  EXPECT_THROW(noise.discrete_gaussian_tail({1, 1}, INT64_MAX), Error);
}

TEST(Sigma2, IsNeverLessAndBarelyMoreThanAsked) {
  for (double value = 0x1p-22; value < 0x1p49; value *= 1.37) {
    const Sigma2 sigma2 = Sigma2::at_least(value);
    EXPECT_GE(sigma2.value(), value);
    EXPECT_LE(sigma2.value(), value * (1 + 8e-9));
    EXPECT_LE(sigma2.numerator, Sigma2::kLargest);
    EXPECT_LE(sigma2.denominator, Sigma2::kLargest);
  }
  EXPECT_EQ(Sigma2::at_least(1).value(), 1);
  EXPECT_GE(Sigma2::at_least(1e-300).numerator, 1U);
  for (const double impossible : {0.0, -1.0, double{NAN}, double{INFINITY}, 0x1p50}) {
    EXPECT_THROW(Sigma2::at_least(impossible), Error);
  }
}

}  // namespace
}  // namespace tracetwin::dp
