#include "dp/pld.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "dp/discrete_gaussian.h"
#include "dp/fft.h"
#include "dp/gaussian.h"
#include "dp/pld_gaussian.h"
#include "dp/zcdp.h"
#include "dp_support.h"
#include "support/support.h"

namespace tracetwin::dp {
namespace {

using test::number;
using test::read_vectors;
using test::relative_error;

double total(const PrivacyLoss& loss) {
  return std::accumulate(loss.masses().begin(), loss.masses().end(), loss.infinite_mass());
}

TEST(Pld, ComposedGaussiansAgreeWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/composed_gaussian.csv");
  ASSERT_EQ(rows.size(), 10U);
  for (const auto& row : rows) {
    const double sigma = number(row[0]);
    const auto queries = static_cast<std::uint64_t>(number(row[1]));
    const double delta = number(row[2]);
    const Sigma2 sigma2 = Sigma2::at_least(sigma * sigma);
    const double discrete = discrete_gaussian_loss(sigma2).composed(queries).epsilon_at(delta);
    const double plain =
        SubsampledGaussianLoss::one_step(1, sigma).composed(queries).epsilon_at(delta);
    EXPECT_LT(relative_error(discrete, number(row[5])), 0.005) << row[0] << " " << row[1];
    EXPECT_LT(relative_error(plain, number(row[6])), 0.005) << row[0] << " " << row[1];
    EXPECT_GE(plain, number(row[7]) * (1 - 1e-9)) << "below the exact epsilon";
    EXPECT_LT(discrete, number(row[8])) << "not better than zCDP";
  }
}

TEST(Pld, SubsampledGaussiansAgreeWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/pld_subsampled_gaussian.csv");
  ASSERT_EQ(rows.size(), 21U);
  for (const auto& row : rows) {
    const auto steps = static_cast<std::uint64_t>(number(row[2]));
    const double epsilon = SubsampledGaussianLoss::one_step(number(row[0]), number(row[1]))
                               .composed(steps)
                               .epsilon_at(number(row[3]));
    EXPECT_LT(relative_error(epsilon, number(row[4])), 0.01) << row[0] << " " << row[1];
  }
}

TEST(Pld, OneDiscreteGaussianIsAsExactAsTheGrid) {
  for (const double variance : {0.25, 1.0, 4.0, 100.0}) {
    const Sigma2 sigma2 = Sigma2::at_least(variance);
    const PrivacyLoss loss = discrete_gaussian_loss(sigma2);
    EXPECT_NEAR(total(loss), 1, 1e-12);
    for (const double epsilon : {0.2, 1.0}) {
      const double exact = discrete_gaussian_delta(sigma2, epsilon);
      if (exact > 1e-18) {
        EXPECT_GE(loss.delta_at(epsilon), exact * (1 - 1e-9)) << variance << " " << epsilon;
        EXPECT_LE(loss.delta_at(epsilon), discrete_gaussian_delta(sigma2, epsilon - 1.01e-4));
      }
    }
  }
}

TEST(Pld, OneGaussianIsExactOnTheGridAndAboveBetween) {
  for (const double sigma : {0.5, 2.0, 30.0}) {
    const auto loss = SubsampledGaussianLoss::one_step(1, sigma);
    for (const double epsilon : {0.0, 0.1, 0.50005}) {
      const double exact = gaussian_delta_of(1 / sigma, epsilon);
      if (exact > 1e-18) {
        EXPECT_GE(loss.delta_at(epsilon), exact * (1 - 1e-6)) << sigma << " " << epsilon;
        EXPECT_LE(loss.delta_at(epsilon), exact * (1 + 1e-4)) << sigma << " " << epsilon;
      }
    }
  }
}

TEST(Pld, SubsamplingOnceHasItsKnownDelta) {
  const double rate = 0.05;
  const auto loss = SubsampledGaussianLoss::one_step(rate, 1.5);
  EXPECT_NEAR(total(loss.remove), 1, 1e-9);
  EXPECT_NEAR(total(loss.add), 1, 1e-9);
  // Amplification: log(1 + q (e^epsilon - 1)) with q delta (removal; Balle, Barthe, Gaboardi 2018).
  const double epsilon = 1.3;
  const double amplified = std::log1p(rate * std::expm1(epsilon));
  EXPECT_LT(
      relative_error(loss.remove.delta_at(amplified), rate * gaussian_delta_of(1 / 1.5, epsilon)),
      1e-3);
}

TEST(Pld, ComposingInPartsIsComposingAtOnce) {
  const PrivacyLoss one = discrete_gaussian_loss(Sigma2{9, 1});
  const PrivacyLoss five = one.composed(5);
  const PrivacyLoss two_and_three = one.composed(2).composed_with(one.composed(3));
  EXPECT_LT(relative_error(two_and_three.epsilon_at(1e-6), five.epsilon_at(1e-6)), 1e-6);
  EXPECT_NEAR(total(five), 1, 1e-9);
  const PrivacyLoss mixed = one.composed_with(discrete_gaussian_loss(Sigma2{16, 1}));
  const double mu = std::sqrt(1 / 9.0 + 1 / 16.0);
  EXPECT_LT(relative_error(mixed.epsilon_at(1e-6), gaussian_epsilon_of(mu, 1e-6)), 0.02);
}

TEST(Pld, EpsilonAndDeltaAreInverse) {
  const PrivacyLoss loss = discrete_gaussian_loss(Sigma2{25, 1}).composed(10);
  for (const double delta : {0.3, 1e-3, 1e-6, 1e-9}) {
    const double epsilon = loss.epsilon_at(delta);
    if (epsilon > 0) {
      EXPECT_LT(relative_error(loss.delta_at(epsilon), delta), 1e-6) << delta;
    }
  }
}

TEST(Pld, InfiniteLossIsNeverForgotten) {
  const PrivacyLoss loss(0, {0.5, 0.4}, 0.1);
  EXPECT_GE(loss.delta_at(5), 0.1);
  EXPECT_TRUE(std::isinf(loss.epsilon_at(0.05)));
  EXPECT_NEAR(loss.composed(3).infinite_mass(), 1 - std::pow(0.9, 3), 1e-12);
  EXPECT_NEAR(loss.composed_with(loss).infinite_mass(), 0.19, 1e-12);
}

TEST(Pld, PointMassesComposeExactly) {
  const PrivacyLoss loss(-2, {0.25, 0, 0, 0.75}, 0);
  const PrivacyLoss twice = loss.composed(2);
  double at_minus_one = 0;
  for (std::size_t i = 0; i < twice.masses().size(); ++i) {
    if (twice.lowest() + static_cast<std::int64_t>(i) == -1) {
      at_minus_one = twice.masses()[i];
    }
  }
  EXPECT_NEAR(at_minus_one, 2 * 0.25 * 0.75, 1e-12);
}

TEST(Pld, ImpossibleArgumentsAreRefused) {
  EXPECT_THROW(PrivacyLoss(0, {}, 0), Error);
  EXPECT_THROW(PrivacyLoss(0, {-0.1}, 0), Error);
  EXPECT_THROW(PrivacyLoss(0, {0.1, NAN}, 0), Error);
  const PrivacyLoss loss(0, {1}, 0);
  EXPECT_THROW(loss.composed(0), Error);
  EXPECT_THROW(loss.epsilon_at(0), Error);
  EXPECT_THROW(loss.delta_at(-1), Error);
  EXPECT_THROW(SubsampledGaussianLoss::one_step(0, 1), Error);
  EXPECT_THROW(SubsampledGaussianLoss::one_step(0.1, 0.01), Error);
  EXPECT_THROW(discrete_gaussian_loss(Sigma2::at_least(1e-8)), Error);
}

TEST(Fft, MatchesTheDefinitionAndItsInverse) {
  const Fft fft(8);
  std::vector<std::complex<double>> values;
  for (int i = 0; i < 8; ++i) {
    values.emplace_back(i * i - 3, 2 - i);
  }
  std::vector<std::complex<double>> transformed = values;
  fft.forward(transformed);
  for (int k = 0; k < 8; ++k) {
    std::complex<double> expected = 0;
    for (int j = 0; j < 8; ++j) {
      expected += values[static_cast<std::size_t>(j)] * std::polar(1.0, -2 * M_PI * j * k / 8);
    }
    EXPECT_LT(std::abs(transformed[static_cast<std::size_t>(k)] - expected), 1e-12);
  }
  fft.inverse(transformed);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_LT(std::abs(transformed[i] - values[i]), 1e-13);
  }
  EXPECT_THROW(Fft(12), Error);
  EXPECT_THROW(Fft(0), Error);
}

}  // namespace
}  // namespace tracetwin::dp
