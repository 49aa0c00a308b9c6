#include "dp/gaussian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "dp/zcdp.h"
#include "dp_support.h"
#include "support/support.h"

namespace tracetwin::dp {
namespace {

using test::number;
using test::read_vectors;
using test::relative_error;

TEST(Gaussian, AnalyticSigmaAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/analytic_gaussian_sigma.csv");
  ASSERT_EQ(rows.size(), 12U);
  for (const auto& row : rows) {
    const double sigma = analytic_gaussian_sigma({number(row[0]), number(row[1])}, number(row[2]));
    EXPECT_LT(relative_error(sigma, number(row[4])), 1e-9) << row[0] << " " << row[1];
  }
}

TEST(Gaussian, EpsilonAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/analytic_gaussian_eps.csv");
  ASSERT_EQ(rows.size(), 7U);
  for (const auto& row : rows) {
    const double epsilon = gaussian_epsilon_of(1 / number(row[0]), number(row[1]));
    EXPECT_LT(relative_error(epsilon, number(row[2])), 1e-9) << row[0] << " " << row[1];
  }
}

TEST(Gaussian, CompositionAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/composed_gaussian.csv");
  ASSERT_EQ(rows.size(), 10U);
  for (const auto& row : rows) {
    const double sigma = number(row[0]);
    const double queries = number(row[1]);
    const double delta = number(row[2]);
    const double rho = queries / (2 * sigma * sigma);
    const double mu = std::sqrt(queries) / sigma;
    EXPECT_LT(relative_error(rho, number(row[3])), 1e-9);
    EXPECT_LT(relative_error(mu, number(row[4])), 1e-9);
    EXPECT_LT(relative_error(gaussian_epsilon_of(mu, delta), number(row[7])), 1e-9);
    EXPECT_LT(relative_error(epsilon_of(rho, delta), number(row[8])), 1e-9);
  }
}

TEST(Gaussian, SigmaForNetDpSynBudgetsAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/netdpsyn_budget_vs_tight.csv");
  ASSERT_EQ(rows.size(), 8U);
  for (const auto& row : rows) {
    const Budget budget{number(row[0]), number(row[2])};
    EXPECT_LT(relative_error(std::sqrt(1 / (2 * rho_of(budget))), number(row[4])), 1e-9);
    EXPECT_LT(relative_error(analytic_gaussian_sigma(budget, 1), number(row[5])), 1e-9);
  }
}

// NetDPSyn's column: 0.9 epsilon, converted loosely (rho = (sqrt(L + e) - sqrt(L))^2).
TEST(Gaussian, NetDpSynsOwnAllocationIsReproduced) {
  TRACETWIN_NEED_SHARED(shared);
  for (const auto& row : read_vectors(shared / "dp_vectors/netdpsyn_budget_vs_tight.csv")) {
    const double log_delta = -std::log(number(row[2]));
    const double root = std::sqrt(log_delta + 0.9 * number(row[0])) - std::sqrt(log_delta);
    EXPECT_LT(relative_error(std::sqrt(0.5) / root, number(row[3])), 1e-9);
  }
}

TEST(Gaussian, ThresholdsAgreeWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/partition_threshold_gaussian.csv");
  ASSERT_EQ(rows.size(), 15U);
  for (const auto& row : rows) {
    const double quantile = -normal_quantile(number(row[1]));
    EXPECT_LT(relative_error(quantile, number(row[2])), 1e-10);
    EXPECT_LT(relative_error(1 + number(row[0]) * quantile, number(row[3])), 1e-10);
  }
}

TEST(Gaussian, NormalDistributionReachesFarIntoItsTails) {
  EXPECT_DOUBLE_EQ(normal_cdf(0), 0.5);
  EXPECT_LT(relative_error(normal_cdf(-10), 7.619853024160526e-24), 1e-12);
  EXPECT_LT(relative_error(log_normal_cdf(-10), std::log(7.619853024160526e-24)), 1e-14);
  EXPECT_LT(relative_error(log_normal_cdf(-3.9999), std::log(normal_cdf(-3.9999))), 1e-14);
  EXPECT_LT(relative_error(log_normal_cdf(-100), -5005.5242086942053), 1e-14);
  EXPECT_LT(relative_error(normal_quantile(1e-300), -37.047096299361199), 1e-12);
  EXPECT_LT(relative_error(normal_quantile(0.975), 1.9599639845400542), 1e-12);
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-15);
  EXPECT_THROW(normal_quantile(0), Error);
  EXPECT_THROW(normal_quantile(1), Error);
}

TEST(Gaussian, MillsRatioIsSmoothWhereItsFormulaChanges) {
  EXPECT_LT(relative_error(mills_ratio(4), 0.23665238291356067), 1e-13);
  EXPECT_LT(relative_error(mills_ratio(std::nextafter(4, 0)), mills_ratio(4)), 1e-13);
  EXPECT_LT(relative_error(mills_ratio(0), 1.2533141373155002512), 1e-15);
}

// References: mpmath, 60 digits.
TEST(Gaussian, DeltaKeepsItsDigitsWhereTermsCancel) {
  EXPECT_LT(relative_error(gaussian_delta_of(1e-4, 1e-3), 7.4782984600195642e-29), 1e-9);
  EXPECT_LT(relative_error(gaussian_delta_of(0.01, 0.3), 1.8960395679389836e-201), 1e-9);
  EXPECT_LT(relative_error(gaussian_delta_of(3, 0.1), 0.85958637921502285), 1e-12);
  EXPECT_LT(relative_error(gaussian_delta_of(0.2, 7), 2.114637798225856e-269), 1e-9);
}

TEST(Gaussian, EpsilonAndMuAreInverse) {
  for (const double epsilon : {1e-3, 0.5, 4.0, 50.0}) {
    for (const double delta : {0.1, 1e-6, 1e-100}) {
      const double mu = gaussian_mu_of({epsilon, delta});
      EXPECT_LT(relative_error(gaussian_epsilon_of(mu, delta), epsilon), 1e-8);
    }
  }
}

}  // namespace
}  // namespace tracetwin::dp
