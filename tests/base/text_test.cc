#include "base/text.h"

#include <gtest/gtest.h>

namespace tracetwin {
namespace {

TEST(Text, NearestFindsSlips) {
  const std::vector<std::string> words = {"--epsilon", "--seed", "--output"};
  EXPECT_EQ(nearest("--epslion", words), "--epsilon");
  EXPECT_EQ(nearest("--xyzzy-plugh", words), std::nullopt);
}

TEST(Text, Rfc3339RoundTrips) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2026-02-28T23:59:59.125Z",
                           "2024-02-29T12:00:00.000001Z", "1969-12-31T23:59:59.999999999Z"}) {
    const auto time = parse_rfc3339_ns(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(format_rfc3339(*time), text);
  }
  EXPECT_EQ(parse_rfc3339_ns("2026-01-01T01:00:00+01:00"),
            parse_rfc3339_ns("2026-01-01 00:00:00Z"));
}

TEST(Text, Rfc3339RefusesWhatIsNotATime) {
  for (const char* text : {"", "2026", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00",
                           "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z", "-026-01-01T00:00:00Z",
                           "2026-01-01T00:00:00Zx", "9999-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339_ns(text)) << text;
  }
}

TEST(Text, Durations) {
  EXPECT_EQ(parse_duration_ns("15"), 15'000'000'000);
  EXPECT_EQ(parse_duration_ns("250ms"), 250'000'000);
  EXPECT_EQ(parse_duration_ns("1h30m"), 5400'000'000'000);
  for (const char* text : {"", "s", "-1s", "1 parsec", "1h x"}) {
    EXPECT_FALSE(parse_duration_ns(text)) << text;
  }
}

TEST(Text, Numbers) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1'500'000), "1.5 MB");
}

}  // namespace
}  // namespace tracetwin
