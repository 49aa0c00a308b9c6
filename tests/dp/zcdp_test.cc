#include "dp/zcdp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "dp_support.h"
#include "support/support.h"

namespace tracetwin::dp {
namespace {

using test::number;
using test::read_vectors;
using test::relative_error;

TEST(Zcdp, RhoAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/cdp_rho.csv");
  ASSERT_EQ(rows.size(), 24U);
  for (const auto& row : rows) {
    const double rho = rho_of({number(row[0]), number(row[1])});
    EXPECT_LT(relative_error(rho, number(row[2])), 1e-9) << row[0] << " " << row[1];
    EXPECT_LT(relative_error(std::sqrt(1 / (2 * rho)), number(row[3])), 1e-9);
    if (!row[4].empty()) {
      EXPECT_LT(relative_error(rho, number(row[4])), 1e-11);
      EXPECT_LE(rho, number(row[4])) << "not on the safe side";
    }
  }
}

TEST(Zcdp, EpsilonAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/cdp_eps.csv");
  ASSERT_EQ(rows.size(), 20U);
  for (const auto& row : rows) {
    EXPECT_LT(relative_error(epsilon_of(number(row[0]), number(row[1])), number(row[2])), 1e-9);
  }
}

TEST(Zcdp, DeltaAgreesWithReference) {
  TRACETWIN_NEED_SHARED(shared);
  const auto rows = read_vectors(shared / "dp_vectors/cdp_delta.csv");
  ASSERT_EQ(rows.size(), 20U);
  for (const auto& row : rows) {
    const double delta = delta_of(number(row[0]), number(row[1]));
    EXPECT_LT(relative_error(delta, number(row[2])), 1e-10) << row[0] << " " << row[1];
    EXPECT_LT(relative_error(delta, number(row[3])), 1e-10);
    EXPECT_GE(delta, number(row[3])) << "not on the safe side";
  }
}

TEST(Zcdp, ConversionsAreInverseAndSafe) {
  for (const double epsilon : {1e-3, 0.1, 1.0, 3.0, 20.0, 300.0}) {
    for (const double delta : {0.3, 1e-2, 1e-9, 1e-30, 1e-200}) {
      const double rho = rho_of({epsilon, delta});
      EXPECT_LE(delta_of(rho, epsilon), delta * (1 + 1e-12));
      EXPECT_GT(delta_of(rho * (1 + 1e-6), epsilon), delta);
      const double back = epsilon_of(rho, delta);
      EXPECT_LE(back, epsilon * (1 + 1e-9)) << epsilon << " " << delta;
      EXPECT_GE(back, epsilon * (1 - 1e-6)) << epsilon << " " << delta;
    }
  }
}

TEST(Zcdp, DeltaIsNeverAboveOneAndFallsWithEpsilon) {
  EXPECT_LE(delta_of(1e6, 0), 1);
  EXPECT_GT(delta_of(1e6, 0), 0.999);
  EXPECT_EQ(epsilon_of(1e-12, 0.5), 0);
  double before = 1;
  for (double epsilon = 0.5; epsilon < 12; epsilon += 0.5) {
    const double delta = delta_of(0.5, epsilon);
    EXPECT_LT(delta, before);
    before = delta;
  }
}

TEST(Zcdp, ImpossibleArgumentsAreRefused) {
  EXPECT_THROW(delta_of(0, 1), Error);
  EXPECT_THROW(delta_of(NAN, 1), Error);
  EXPECT_THROW(delta_of(1, -1), Error);
  EXPECT_THROW(epsilon_of(1, 0), Error);
  EXPECT_THROW(epsilon_of(1, 1), Error);
  EXPECT_THROW(rho_of({0, 1e-9}), Error);
  EXPECT_THROW(rho_of({INFINITY, 1e-9}), Error);
  EXPECT_THROW(rho_of({1, NAN}), Error);
}

}  // namespace
}  // namespace tracetwin::dp
