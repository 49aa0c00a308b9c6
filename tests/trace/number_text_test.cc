#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"
#include "trace/format/text/number.h"

namespace tracetwin {
namespace {

std::string scaled(std::int64_t value, int scale, int min_decimals = 0) {
  std::string text;
  append_scaled(text, value, scale, min_decimals);
  return text;
}

TEST(NumberText, ParsesWholeNumbers) {
  EXPECT_EQ(parse_whole("0"), 0U);
  EXPECT_EQ(parse_whole("12345678"), 12345678U);
  EXPECT_EQ(parse_whole("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_whole("80.0"), 80U);
  EXPECT_EQ(parse_whole("1.736e3"), 1736U);
  EXPECT_EQ(parse_whole("1000e-3"), 1U);
  EXPECT_EQ(parse_whole("-0.0"), 0U);
  EXPECT_EQ(parse_whole("000000000000000000000000000000007"), 7U);
}

TEST(NumberText, RefusesWhatIsNotWhole) {
  for (const char* text : {"",
                           ".",
                           "-",
                           "+",
                           "e5",
                           "1e",
                           "1.5",
                           "-1",
                           "1 ",
                           " 1",
                           "1,000",
                           "0x10",
                           "1.2.3",
                           "18446744073709551616",
                           "1e99",
                           "nan",
                           "inf",
                           "1234567:",
                           "12345678/",
                           "1.00000000000000000001",
                           "1e99999999999"}) {
    EXPECT_FALSE(parse_whole(text)) << text;
  }
}

TEST(NumberText, ScalesDecimalsExactly) {
  EXPECT_EQ(parse_scaled("1713484795.943239", 9), 1713484795943239000);
  EXPECT_EQ(parse_scaled("1664462456.755299123", 9), 1664462456755299123);
  EXPECT_EQ(parse_scaled("1458298072364000.0", 3), 1458298072364000000);
  EXPECT_EQ(parse_scaled("6.4e-05", 9), 64000);
  EXPECT_EQ(parse_scaled("305.63599999999997", 9), 305636000000);
  EXPECT_EQ(parse_scaled("-0.5", 9), -500000000);
  EXPECT_EQ(parse_scaled(".5", 1), 5);
  EXPECT_EQ(parse_scaled("5.", 1), 50);
  EXPECT_EQ(parse_scaled("1e-400", 9), 0);
  EXPECT_EQ(parse_scaled("0e400", 9), 0);
  EXPECT_EQ(parse_scaled("9223372036854775807", 0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_scaled("-9223372036854775808", 0), std::numeric_limits<std::int64_t>::min());
}

TEST(NumberText, RoundsHalfAwayFromZero) {
  EXPECT_EQ(parse_scaled("0.4999999999999999999999", 0), 0);
  EXPECT_EQ(parse_scaled("0.5", 0), 1);
  EXPECT_EQ(parse_scaled("-0.5", 0), -1);
  EXPECT_EQ(parse_scaled("2.4999", 0), 2);
  EXPECT_EQ(parse_scaled("0.0000000005", 9), 1);
  EXPECT_EQ(parse_scaled("0.00000000049", 9), 0);
  EXPECT_EQ(parse_scaled("1713484795.9432391235", 9), 1713484795943239124);
  EXPECT_EQ(parse_scaled("1713484795.94323912349", 9), 1713484795943239123);
}

TEST(NumberText, RefusesWhatIsNoNumberOrDoesNotFit) {
  for (const char* text :
       {"", "-", ".", "1..2", "--1", "1-", "12:00", "nan", "9223372036.8547758075",
        "9223372036854775808", "1e30", "1e", "1e+", "1e5x"}) {
    EXPECT_FALSE(parse_scaled(text, 9)) << text;
  }
  EXPECT_FALSE(parse_scaled(std::string(1000, '1'), 0));
}

TEST(NumberText, PrintsWithoutTrailingZeros) {
  EXPECT_EQ(scaled(0, 9), "0");
  EXPECT_EQ(scaled(64000, 9), "0.000064");
  EXPECT_EQ(scaled(65022705000, 9), "65.022705");
  EXPECT_EQ(scaled(-1500, 3), "-1.5");
  EXPECT_EQ(scaled(-1, 3), "-0.001");
  EXPECT_EQ(scaled(5000, 3), "5");
  EXPECT_EQ(scaled(1000000000, 9, 6), "1.000000");
  EXPECT_EQ(scaled(1234567891, 9, 6), "1.234567891");
  EXPECT_EQ(scaled(std::numeric_limits<std::int64_t>::min(), 3), "-9223372036854775.808");
}

TEST(NumberText, ReadsBackWhatItPrints) {
  Random random(21);
  for (int i = 0; i < 20000; ++i) {
    const auto value = static_cast<std::int64_t>(random.bits()) >> random.below(64);
    const auto magnitude = random.bits() >> random.below(64);
    std::string whole;
    append_whole(whole, magnitude);
    ASSERT_EQ(parse_whole(whole), magnitude);
    for (const int scale : {0, 3, 6, 9, 18}) {
      ASSERT_EQ(parse_scaled(scaled(value, scale), scale), value) << value << " at " << scale;
      ASSERT_EQ(parse_scaled(scaled(value, scale, scale), scale), value);
    }
  }
}

}  // namespace
}  // namespace tracetwin
