#include "tokens/packets.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "trace/packet.h"

namespace tracetwin::tokens {
namespace {

Coding number(std::size_t field, std::vector<double> atoms, std::vector<double> edges) {
  Coding coding;
  coding.name = packet_fields()[field].name;
  coding.field = field;
  coding.code = Code::kNumber;
  coding.atoms = std::move(atoms);
  coding.edges = std::move(edges);
  coding.parts = 4;
  coding.log = true;
  coding.whole = true;
  return coding;
}

PacketScheme scheme() {
  return {{53, 443}, number(0, {0}, {1, 1000, 1e7}), number(1, {0, 1460}, {1, 100, 1400})};
}

Talk talk() {
  Talk talk;
  talk.srcport = 40000;
  talk.dstport = 443;
  talk.proto = kTcp;
  talk.packets = {3, 2};
  talk.payload = {300, 1460};
  talk.duration_us = 4000;
  return talk;
}

std::uint16_t token(const PacketScheme& scheme, std::span<const std::uint16_t> record,
                    std::string_view name) {
  const auto layout = layout_of(scheme);
  const auto found = std::ranges::find(layout, name, &autoregressive::Token::name);
  EXPECT_NE(found, layout.end()) << name;
  return record[static_cast<std::size_t>(found - layout.begin())];
}

TEST(Packets, DecodeIntoWhatHasTheSameTokens) {
  const PacketScheme codes = scheme();
  const std::size_t width = layout_of(codes).size();
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const Saying saying{random.chance(0.5), random.below(9'000'000),
                        static_cast<std::uint32_t>(1 + random.below(1399))};
    std::vector<std::uint16_t> record(width), again(width);
    encode(codes, saying, false, record);
    const Saying made = decode(codes, record, random);
    encode(codes, made, false, again);
    ASSERT_EQ(record, again);
    ASSERT_EQ(made.forward, saying.forward);
  }
}

TEST(Packets, TheFirstHasNeitherDirectionNorGap) {
  const PacketScheme codes = scheme();
  std::vector<std::uint16_t> record(layout_of(codes).size());
  encode(codes, {true, 500, 1460}, true, record);
  EXPECT_EQ(token(codes, record, "direction"), kInactive);
  EXPECT_EQ(token(codes, record, "gap"), kInactive);
  Random random(1);
  const Saying made = decode(codes, record, random);
  EXPECT_TRUE(made.forward);
  EXPECT_EQ(made.gap_us, 0U);
  EXPECT_EQ(made.payload, 1460U);
}

TEST(Packets, EveryRecordFitsTheLayout) {
  const PacketScheme codes = scheme();
  const auto layout = layout_of(codes);
  Course course(codes, talk());
  Random random(2);
  std::vector<std::uint16_t> record(layout.size());
  for (int i = 0; i < 40; ++i) {
    const Saying saying{random.chance(0.5), random.below(1 << 20),
                        static_cast<std::uint32_t>(random.below(65536))};
    course.give(record);
    encode(codes, saying, i == 0, record);
    for (std::size_t t = 0; t < layout.size(); ++t) {
      const bool active = is_active(layout, t, record.data());
      ASSERT_EQ(record[t] != kInactive, active) << layout[t].name;
      ASSERT_TRUE(!active || record[t] < layout[t].choices) << layout[t].name;
    }
    course.add(saying);
  }
}

TEST(Course, TellsWhatIsLeft) {
  const PacketScheme codes = scheme();
  std::vector<std::uint16_t> record(layout_of(codes).size());
  Course course(codes, talk());
  EXPECT_FALSE(course.has_begun());
  course.give(record);
  EXPECT_EQ(token(codes, record, "service of the destination"), 1);
  EXPECT_EQ(token(codes, record, "service of the source"), 2);
  EXPECT_EQ(token(codes, record, "forward packets left"), 3);
  EXPECT_EQ(token(codes, record, "direction 1 before"), 2);
  course.add({true, 0, 100});
  course.add({false, 1000, 1460});
  course.give(record);
  EXPECT_EQ(course.left(), 3U);
  EXPECT_EQ(token(codes, record, "packets so far"), 2);
  EXPECT_EQ(token(codes, record, "forward packets left"), 2);
  EXPECT_EQ(token(codes, record, "backward packets left"), 1);
  EXPECT_EQ(token(codes, record, "backward bytes a packet left"), 1);
  EXPECT_EQ(token(codes, record, "direction 1 before"), 1);
  EXPECT_EQ(token(codes, record, "direction 2 before"), 0);
  EXPECT_EQ(token(codes, record, "payload 1 before"), 1);
  EXPECT_EQ(token(codes, record, "largest backward"), 1);
  course.add({false, 10, 0});
  EXPECT_FALSE(course.may_speak(false));
  EXPECT_TRUE(course.may_speak(true));
}

}  // namespace
}  // namespace tracetwin::tokens
