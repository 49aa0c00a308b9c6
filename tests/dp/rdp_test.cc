#include "dp/rdp.h"

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

std::vector<double> costs_of(double rate, double sigma, double steps,
                             const std::vector<double>& orders) {
  std::vector<double> costs;
  for (const double order : orders) {
    costs.push_back(steps * subsampled_gaussian_rdp(rate, sigma, order));
  }
  return costs;
}

TEST(Rdp, SingleStepsAgreeWithQuadrature) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/rdp_single_step.csv");
  ASSERT_EQ(rows.size(), 77U);
  for (const auto& row : rows) {
    const double order = number(row[2]);
    const double tolerance = order == std::floor(order) ? 1e-10 : 1e-6;
    const double rdp = subsampled_gaussian_rdp(number(row[0]), number(row[1]), order);
    EXPECT_LT(relative_error(rdp, number(row[5])), tolerance)
        << row[0] << " " << row[1] << " " << row[2];
  }
}

TEST(Rdp, EpsilonAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/rdp_subsampled_gaussian.csv");
  ASSERT_EQ(rows.size(), 21U);
  const std::vector<double> orders = usual_rdp_orders();
  ASSERT_EQ(orders.size(), 151U);
  for (const auto& row : rows) {
    const auto costs = costs_of(number(row[0]), number(row[1]), number(row[2]), orders);
    const RdpEpsilon best = epsilon_of_rdp(orders, costs, number(row[3]));
    EXPECT_LT(relative_error(best.epsilon, number(row[8])), 1e-6) << row[0] << " " << row[1];
    EXPECT_NEAR(best.order, number(row[9]), 1e-9);
  }
}

TEST(Rdp, FractionalOrdersJoinIntegerOnes) {
  for (const double rate : {0.5, 0.9, 0.01}) {
    for (const double order : {2.0, 3.0, 7.0, 30.0}) {
      const double exact = subsampled_gaussian_rdp(rate, 1.3, order);
      const double near = subsampled_gaussian_rdp(rate, 1.3, order + 1e-7);
      EXPECT_LT(relative_error(near, exact), 1e-5) << rate << " " << order;
    }
  }
}

TEST(Rdp, LargeOrdersAndLittleNoiseDoNotOverflow) {
  const double integer = subsampled_gaussian_rdp(0.01, 0.05, 500);
  const double fractional = subsampled_gaussian_rdp(0.01, 0.05, 500.5);
  EXPECT_TRUE(std::isfinite(integer));
  EXPECT_GT(fractional, integer);
  EXPECT_LT(relative_error(fractional, integer), 1e-2);
}

TEST(Rdp, EndsOfTheSamplingRate) {
  EXPECT_EQ(subsampled_gaussian_rdp(0, 1, 3), 0);
  EXPECT_DOUBLE_EQ(subsampled_gaussian_rdp(1, 2, 3.5), 3.5 / 8);
}

// zCDP is the line alpha rho; over many orders the conversions must meet.
TEST(Rdp, AgreesWithZcdpForGaussians) {
  std::vector<double> orders;
  for (double order = 1.01; order < 200; order *= 1.001) {
    orders.push_back(order);
  }
  const auto costs = costs_of(1, 10, 30, orders);
  const double epsilon = epsilon_of_rdp(orders, costs, 1e-6).epsilon;
  EXPECT_GE(epsilon, epsilon_of(0.15, 1e-6) * (1 - 1e-12));
  EXPECT_LT(relative_error(epsilon, epsilon_of(0.15, 1e-6)), 1e-5);
}

TEST(Rdp, ImpossibleArgumentsAreRefused) {
  EXPECT_THROW(subsampled_gaussian_rdp(-0.1, 1, 2), Error);
  EXPECT_THROW(subsampled_gaussian_rdp(1.1, 1, 2), Error);
  EXPECT_THROW(subsampled_gaussian_rdp(0.1, 0, 2), Error);
  EXPECT_THROW(subsampled_gaussian_rdp(0.1, 1, 1), Error);
  EXPECT_THROW(subsampled_gaussian_rdp(0.1, 1, NAN), Error);
  const std::vector<double> one = {2};
  EXPECT_THROW(epsilon_of_rdp(one, {}, 1e-6), Error);
  EXPECT_THROW(epsilon_of_rdp({}, {}, 1e-6), Error);
  EXPECT_THROW(epsilon_of_rdp(one, one, 0), Error);
}

}  // namespace
}  // namespace tracetwin::dp
