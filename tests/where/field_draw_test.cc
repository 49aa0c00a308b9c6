#include "where/field_draw.h"

#include <gtest/gtest.h>

#include <cmath>

#include "encode/codec.h"
#include "learned.h"

namespace tracetwin {
namespace {

using test::field_of;
using test::learned;

/// 443 and 53 have codes of their own, ports from 40000 to 43493 share some.
Vocabulary ports() {
  std::vector<Key> values(1000, 443);
  values.insert(values.end(), 400, 53);
  for (Key i = 0; i < 500; ++i) {
    values.push_back(40000 + i * 7 % 3494);
  }
  return learned(field_of(FieldKind::kPort), values);
}

TEST(FieldDraw, CodesOfOneValueAreInOrOut) {
  const Vocabulary vocabulary = ports();
  const FieldDraw draw(vocabulary, {{Quantity::kWhole, KeySet::range(443, 443)}});
  for (std::uint32_t code = 0; code < vocabulary.cells(); ++code) {
    EXPECT_EQ(draw.shares()[code], code == vocabulary.encode(443) ? 1 : 0);
  }
  Random random(1);
  EXPECT_EQ(draw.draw(vocabulary.encode(443), random), Key{443});
  EXPECT_EQ(draw.draw(vocabulary.encode(53), random), std::nullopt);
}

/// The share of a code's draws that hold.
double drawn_share(const Vocabulary& vocabulary, const FieldDraw& draw, std::uint16_t code,
                   int draws) {
  Random random(99);
  int held = 0;
  for (int i = 0; i < draws; ++i) {
    held += draw.holds(vocabulary.decode(code, random)) ? 1 : 0;
  }
  return static_cast<double>(held) / draws;
}

TEST(FieldDraw, SharesAreThoseOfTheValuesDrawn) {
  const Vocabulary vocabulary = ports();
  const FieldDraw draw(vocabulary, {{Quantity::kWhole, KeySet::range(41000, 41099)}});
  double sum = 0;
  for (std::uint16_t code = 0; code < vocabulary.cells(); ++code) {
    const double truth = drawn_share(vocabulary, draw, code, 100'000);
    EXPECT_NEAR(draw.shares()[code], truth, 0.02 + truth / 5) << code;
    sum += draw.shares()[code];
  }
  EXPECT_GT(sum, 0);
}

TEST(FieldDraw, OneValueOfAWideCodeIsFound) {
  const Key wanted = key_of(*parse_address("200.1.2.3"));
  std::vector<Key> values(500, key_of(*parse_address("9.9.9.9")));
  for (std::uint32_t i = 0; i < 100; ++i) {
    values.push_back(key_of(IpAddress::v4(0xc0000000U + i * 0x01020304U % 0x0fffffffU)));
  }
  const Vocabulary wide = learned(field_of(FieldKind::kAddress), values);
  const FieldDraw draw(wide, {{Quantity::kWhole, KeySet::range(wanted, wanted)}});
  const std::uint16_t code = wide.encode(wanted);
  EXPECT_GT(draw.shares()[code], std::exp2(-30));
  EXPECT_LT(draw.shares()[code], std::exp2(-26));
  Random random(1);
  EXPECT_EQ(draw.draw(code, random), wanted);
  EXPECT_EQ(draw.shares()[wide.encode(key_of(*parse_address("9.9.9.9")))], 0);
}

TEST(FieldDraw, PairsAreBoundTogether) {
  std::vector<Key> values;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::uint64_t packets = 100 + i % 400;
    values.push_back(pair_key(packets, packets * (100 + i % 700)));
  }
  const Vocabulary sizes = learned(field_of(FieldKind::kSize), std::move(values));
  const FieldDraw draw(sizes, {{Quantity::kFirst, KeySet::range(150, 200)},
                               {Quantity::kSecond, KeySet::range(30'000, 30'100)}});
  Random random(1);
  std::size_t possible = 0;
  for (std::uint16_t code = 0; code < sizes.cells(); ++code) {
    if (draw.shares()[code] <= 0) {
      continue;
    }
    ++possible;
    EXPECT_NEAR(draw.shares()[code], drawn_share(sizes, draw, code, 400'000),
                0.3 * draw.shares()[code] + 1e-4);
    for (int i = 0; i < 50; ++i) {
      const auto value = draw.draw(code, random);
      ASSERT_TRUE(value);
      EXPECT_TRUE(draw.holds(*value));
      EXPECT_EQ(sizes.encode(*value), code);
    }
  }
  EXPECT_GT(possible, 0U);
}

TEST(FieldDraw, ValuesThatNoTokenStandsForAreNotGiven) {
  // 6 and 17 only: 47 is nearest to one of them, but no record of the model has it.
  std::vector<Key> values(500, 6);
  values.insert(values.end(), 500, 17);
  const Vocabulary protocols = learned(field_of(FieldKind::kProtocol), std::move(values));
  const FieldDraw draw(protocols, {{Quantity::kWhole, KeySet::range(200, 200)}});
  for (const double share : draw.shares()) {
    EXPECT_EQ(share, 0);
  }
}

}  // namespace
}  // namespace tracetwin
