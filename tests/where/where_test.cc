#include "where/where.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin {
namespace {

std::string shown(const Where& where) {
  static const char* const kNames[] = {"in", "not in", "<", "<=", ">=", ">"};
  std::string text = where.field + " " + kNames[static_cast<int>(where.comparison)];
  for (const auto& value : where.values) {
    text += " [" + value.first + (value.is_range ? ".." + value.last : "") + "]";
  }
  return text;
}

struct Case {
  const char* text;
  const char* meaning;
};

TEST(Where, TakesConditionsApart) {
  const Case cases[] = {
      {"label=Malicious", "label in [Malicious]"},
      {"  label  ==\tMalicious \n", "label in [Malicious]"},
      {"label != benign", "label not in [benign]"},
      {"dstport in {80,443}", "dstport in [80] [443]"},
      {"dstport in{ 80 , 443 }", "dstport in [80] [443]"},
      {"dstport NOT IN {80, 8000..8100}", "dstport not in [80] [8000..8100]"},
      {"dstport in 1 .. 1023", "dstport in [1..1023]"},
      {"srcip in 10.0.0.0/8", "srcip in [10.0.0.0/8]"},
      {"dstip=2001:db8::/32", "dstip in [2001:db8::/32]"},
      {"td<10ms", "td < [10ms]"},
      {"td <= 10ms", "td <= [10ms]"},
      {"packets>10", "packets > [10]"},
      {"ts >= 2026-03-01T00:00:00Z", "ts >= [2026-03-01T00:00:00Z]"},
      {"label = C&C, HeartBeat", "label in [C&C, HeartBeat]"},
      {"label in {'a, b', \"c}\", ''}", "label in [a, b] [c}] []"},
      {"\"my field\" = 'x..y'", "my field in [x..y]"},
      {"in in in", "in in [in]"},
      {"label = not in", "label in [not in]"},
      {"score > -0.5", "score > [-0.5]"},
      {"a='x'..'y'", "a in [x..y]"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(shown(parse_where(c.text)), c.meaning) << c.text;
  }
  EXPECT_EQ(parse_where("  a =  b ").text, "a =  b");
}

TEST(Where, WhatIsNoConditionIsRefused) {
  const char* const texts[] = {"",          " ",           "label",     "label =",     "= x",
                               "label x",   "label not x", "label inx", "a in {",      "a in {1",
                               "a in {1,",  "a in {}",     "a in {1,}", "a in {1}2",   "a in {1} x",
                               "a < {1,2}", "a < 1..2",    "a = 'x",    "a = 'x' y",   "a = 1..",
                               "a = ..2",   "a = 1..2..3", "'a",        "a in {'b'c}", "a =< ",
                               "{a} = b",   "a not",       "a in {1..}"};
  for (const char* text : texts) {
    EXPECT_THROW(parse_where(text), Error) << text;
  }
}

TEST(Where, AnyBytesAreAConditionOrAnError) {
  Random random(3);
  const std::string_view letters = "ab=!<>{},.' \"in1\n\x80\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(24); n > 0; --n) {
      text += letters[random.below(letters.size())];
    }
    try {
      const Where where = parse_where(text);
      EXPECT_FALSE(where.values.empty());
      EXPECT_EQ(shown(parse_where(where.text)), shown(where)) << text;
    } catch (const Error& error) {
      EXPECT_FALSE(error.remedy().empty());
    }
  }
  EXPECT_THROW(parse_where(std::string(1 << 20, '{')), Error);
  EXPECT_EQ(parse_where("a in {" + std::string(100'000, '1') + "}").values.size(), 1U);
}

TEST(Where, MessagesStayShort) {
  EXPECT_EQ(shortened("short"), "short");
  const std::string euros = [] {
    std::string text;
    for (int i = 0; i < 100; ++i) {
      text += "\xe2\x82\xac";
    }
    return text;
  }();
  EXPECT_EQ(shortened(euros).size() % 3, 0U);
  EXPECT_LE(shortened(euros).size(), 63U);
}

}  // namespace
}  // namespace tracetwin
