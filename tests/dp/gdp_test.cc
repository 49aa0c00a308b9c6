#include "dp/gdp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dp/gaussian.h"
#include "dp/ledger.h"
#include "dp/pld_gaussian.h"
#include "dp/zcdp.h"

namespace tracetwin::dp {
namespace {

constexpr double kDelta = 1e-9;

TEST(Gdp, TotalIsTheAnalyticGaussianButForTheSlack) {
  for (const double epsilon : {0.1, 0.5, 2.0, 10.0}) {
    const double mu = gaussian_mu_of({epsilon, kDelta});
    const double rho = gdp_total({epsilon, kDelta});
    EXPECT_LT(rho, mu * mu / 2);
    EXPECT_GT(rho, mu * mu / 2 * (1 - 1e-3));
    EXPECT_LE(gdp_epsilon(rho, kMostQueries, kDelta), epsilon);
    EXPECT_GT(rho, rho_of({epsilon, kDelta}) * 1.05) << "no better than zCDP";
  }
  EXPECT_EQ(gdp_total({1e-6, kDelta}), 0);
}

TEST(Gdp, NoiseCostsNoMoreThanWasPaid) {
  for (const double sensitivity : {1.0, 1.5, 6.0, 100.0}) {
    for (const double rho : {1e-6, 1e-3, 0.1, 2.0}) {
      const Sigma2 sigma2 = gdp_noise(sensitivity, rho);
      EXPECT_LE(gdp_cost(sensitivity, sigma2), rho);
      EXPECT_GT(gdp_cost(sensitivity, sigma2), rho * (1 - 1e-6));
      EXPECT_GT(sigma2.value(), sensitivity * sensitivity / (2 * rho));
    }
  }
  EXPECT_TRUE(std::isinf(gdp_cost(1, {1, 1})));
}

// What an exact account of the discrete noise says of queries that use up the total: never more
// than was promised, and not much less. The numerical composition takes another way altogether
// (privacy-loss distribution of the discrete law, FFT).
TEST(Gdp, ComposedPrivacyLossKeepsThePromise) {
  for (const double epsilon : {0.2, 1.0, 2.0, 8.0}) {
    const double total = gdp_total({epsilon, kDelta});
    for (const int queries : {1, 7, 60}) {
      const Sigma2 sigma2 = gdp_noise(1, total / queries);
      const double exact = discrete_gaussian_loss(sigma2)
                               .composed(static_cast<std::uint64_t>(queries))
                               .epsilon_at(kDelta);
      // Every loss is rounded up to the grid, by up to a step.
      EXPECT_LE(exact, epsilon + queries * PrivacyLoss::kStep) << queries;
      if (sigma2.value() > 20) {
        EXPECT_GT(exact, epsilon * 0.9) << queries;
      }
    }
  }
}

TEST(Gdp, ComposedPrivacyLossOfUnequalQueriesKeepsThePromise) {
  Ledger ledger({2, kDelta}, Unit::kRecord, 0.0);
  const auto half = ledger.reserve("a", "half", ledger.rho_total() / 2, 1, 1);
  const auto third = ledger.reserve("a", "third", ledger.rho_total() / 3, 1, 1);
  const auto rest = ledger.reserve("a", "rest", ledger.rho_left(), 1, 1);
  const double exact = discrete_gaussian_loss(half)
                           .composed_with(discrete_gaussian_loss(third))
                           .composed_with(discrete_gaussian_loss(rest))
                           .epsilon_at(kDelta);
  EXPECT_LE(exact, 2 + 3 * PrivacyLoss::kStep);
  EXPECT_GT(exact, 1.8);
}

TEST(Gdp, GroupsPayForAllTheirUnits) {
  const double rho = gdp_total({0.1, kDelta});
  EXPECT_LE(gdp_epsilon(rho, 100, kDelta), 0.1);
  EXPECT_GT(gdp_epsilon(100 * rho, 10'000, kDelta), 1.0);
}

}  // namespace
}  // namespace tracetwin::dp
