#include "encode/rounded.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace tracetwin {
namespace {

double rounded(const RoundedNumbers& numbers, double value) {
  const auto index = numbers.index(value);
  return index ? numbers.at(*index) : -1;
}

TEST(RoundedNumbers, KeepWhatHasFewDigits) {
  const RoundedNumbers numbers(-1e15, 1e15, false);
  for (const double value : {0.0, 404.0, 21.5, -0.001, 0.1, 1e15, -1e15, 123456.0, 9.99999, 1e-6}) {
    EXPECT_EQ(rounded(numbers, value), value);
  }
  EXPECT_EQ(rounded(numbers, 1234567.0), 1234570.0);
  EXPECT_EQ(rounded(numbers, 0.99999996), 1.0);
  EXPECT_FALSE(numbers.index(1e-7));
}

TEST(RoundedNumbers, AreWholeWhereAsked) {
  const RoundedNumbers numbers(0, 1000, true);
  EXPECT_EQ(numbers.count(), 1001U);
  for (std::uint32_t i = 0; i < numbers.count(); ++i) {
    ASSERT_EQ(numbers.at(i), i);
    ASSERT_EQ(numbers.index(i), i);
  }
}

TEST(RoundedNumbers, LieWithinTheBounds) {
  for (const auto& [low, high] : {std::pair(-5.0, 1e6),
                                  {0.3, 0.7},
                                  {-40.0, -2.5},
                                  {-1e15, 1e15},
                                  {7.0, 7.0},
                                  {1234567.0, 1234567.5},
                                  {1234567.1, 1234567.9},
                                  {1.7e9, 1.7e9 + 3600},
                                  {-1e-9, 1e-9}}) {
    for (const bool whole : {false, true}) {
      const RoundedNumbers numbers(low, high, whole);
      ASSERT_EQ(numbers.empty(), whole && std::floor(high) < low) << low;
      if (numbers.empty()) {
        continue;
      }
      Random random(7);
      for (int i = 0; i < 2000; ++i) {
        const auto index = static_cast<std::uint32_t>(random.below(numbers.count()));
        ASSERT_EQ(numbers.index(numbers.at(index)), index) << low << " " << numbers.at(index);
        ASSERT_GE(numbers.at(index), low);
        ASSERT_LE(numbers.at(index), high);
      }
    }
  }
}

TEST(RoundedNumbers, DoNotCountTheDigitsThatBoundsHaveInCommon) {
  const RoundedNumbers day(1.7e9, 1.7e9 + 86'400, true);
  EXPECT_EQ(rounded(day, 1'700'012'345.0), 1'700'012'345.0);
  EXPECT_EQ(day.count(), 86'401U);
  const RoundedNumbers near(1e6, 1e6 + 1, false);
  EXPECT_EQ(rounded(near, 1000000.25), 1000000.25);
}

TEST(RoundedNumbers, MayBeNone) {
  EXPECT_TRUE(RoundedNumbers(1e15 + 0.125, 1e15 + 1, false).empty());
  EXPECT_TRUE(RoundedNumbers(0.3, 0.7, true).empty());
  EXPECT_FALSE(RoundedNumbers(1e15, 1e15 + 1, false).empty());
}

}  // namespace
}  // namespace tracetwin
