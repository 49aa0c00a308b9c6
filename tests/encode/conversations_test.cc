#include "encode/conversations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace tracetwin {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMs;
constexpr std::uint64_t kSeed = 5;

/// Positions of some fields among standard_fields(kPackets).
enum Position : std::size_t { kTs = 5, kTd = 6, kShape = 7, kTcpState = 8, kForwardPayload = 9 };

const FiveTuple kWeb = {IpAddress::v4(1), IpAddress::v4(2), 40000, 443, kTcp};

Packet packet_at(std::int64_t time_ns, const FiveTuple& tuple, std::uint8_t flags,
                 std::uint32_t payload = 0) {
  Packet packet;
  packet.time_ns = time_ns;
  packet.tuple = tuple;
  packet.tcp_flags = flags;
  packet.payload_length = payload;
  packet.ip_length = 40 + payload;
  packet.ttl = 64;
  return packet;
}

/// SYN, SYN-ACK, request of 100 bytes, answer of 300, FIN; 10 ms apart.
std::vector<Packet> web_conversation(std::int64_t start_ns, std::uint16_t srcport = 40000) {
  FiveTuple there = kWeb;
  there.srcport = srcport;
  const FiveTuple back = there.reversed();
  return {packet_at(start_ns, there, kSyn), packet_at(start_ns + 10 * kMs, back, kSyn | kAck),
          packet_at(start_ns + 20 * kMs, there, kAck, 100),
          packet_at(start_ns + 30 * kMs, back, kAck, 300),
          packet_at(start_ns + 40 * kMs, there, kFin | kAck)};
}

void add_all(ConversationColumns& columns, const std::vector<Packet>& packets) {
  std::uint64_t number = 0;
  for (const Packet& packet : packets) {
    columns.add(packet, ++number);
  }
}

TEST(ConversationColumns, OneRowAConversation) {
  ConversationColumns columns({}, 6, kSeed);
  add_all(columns, web_conversation(kSecond));
  columns.finish();
  ASSERT_EQ(columns.rows(), 1U);
  const auto& values = columns.columns();
  EXPECT_EQ(values[kTs].values[0], Key{kSecond});
  EXPECT_EQ(values[kTd].values[0], Key{40'000});
  EXPECT_EQ(values[kShape].values[0], pair_key(3, 2));
  EXPECT_EQ(values[kTcpState].values[0], Key{tcp_code(TcpOpen::kHandshake, TcpClose::kFin)});
  EXPECT_EQ(values[kForwardPayload].values[0], Key{33});
}

TEST(ConversationColumns, StepsKnowTheirPlaceAndAreLimited) {
  ConversationColumns all({}, 6, kSeed);
  add_all(all, web_conversation(kSecond));
  all.finish();
  ASSERT_EQ(all.steps().size(), 5U);
  EXPECT_TRUE(all.steps()[0].step.opens);
  EXPECT_EQ(all.steps()[3].step.payload, 300U);
  EXPECT_EQ(all.steps()[3].step.packet, 3U);
  EXPECT_EQ(all.steps()[3].step.position, 1U);
  EXPECT_EQ(all.steps()[3].step.gap_us, 10'000U);
  EXPECT_FALSE(all.steps()[3].step.forward);
  EXPECT_TRUE(all.steps()[3].step.previous_forward);
  EXPECT_EQ(all.steps()[3].mean_payload, 150U);
  EXPECT_EQ(all.steps()[3].mean_gap_us, 10'000U);
  ConversationColumns some({}, 2, kSeed);
  add_all(some, web_conversation(kSecond));
  some.finish();
  EXPECT_EQ(some.steps().size(), 2U);
}

TEST(ConversationColumns, WhatOneKeepsDoesNotDependOnTheOthers) {
  const auto payloads = [](bool with_another) {
    ConversationColumns columns({}, 2, kSeed);
    add_all(columns, web_conversation(kSecond));
    if (with_another) {
      add_all(columns, web_conversation(2 * kSecond, 50000));
    }
    columns.finish();
    return std::vector{columns.steps()[0].step.packet, columns.steps()[1].step.packet};
  };
  EXPECT_EQ(payloads(false), payloads(true));
}

TEST(ConversationColumns, ThoseThatStartOutsideTheWindowAreLeftOutWhole) {
  const Window window = {2 * kSecond, 3 * kSecond};
  ConversationColumns columns({}, 6, kSeed, window);
  add_all(columns, web_conversation(2 * kSecond - 20 * kMs));         // reaches into the window
  add_all(columns, web_conversation(3 * kSecond - 20 * kMs, 50000));  // and out of it
  add_all(columns, web_conversation(4 * kSecond, 60000));
  columns.finish();
  EXPECT_THAT(columns.columns()[kTs].values, ElementsAre(Key{3 * kSecond - 20 * kMs}));
  EXPECT_EQ(columns.columns()[kShape].values[0], pair_key(3, 2));
  EXPECT_EQ(columns.steps().size(), 5U);
  ASSERT_EQ(columns.skips().rows().size(), 1U);
  EXPECT_EQ(columns.skips().rows()[0].reason, kOutsideWindow);
  EXPECT_EQ(columns.skips().rows()[0].count, 2U);
}

/// A row of standard_fields(kPackets) as outline_of() takes it.
std::vector<Key> row_with(std::uint8_t proto, Key shape, Key tcp_state) {
  const SenderPlan counted{64, 0, 1000, true, IpIdPolicy::kCounter};
  const SenderPlan random{64, 0, 1000, false, IpIdPolicy::kRandom};
  const SenderPlan stamped{64, 0, 1000, false, IpIdPolicy::kZero, TcpOptions::kTimestamps};
  return {key_of(IpAddress::v4(1)),
          key_of(IpAddress::v4(2)),
          40000,
          443,
          proto,
          Key{kSecond},
          7,
          shape,
          tcp_state,
          10,
          20,
          0,
          128,
          4,
          1000,
          2000,
          header_code(counted, random),
          options_code(stamped, counted)};
}

TEST(Outline, SaysWhatTheRowSays) {
  Random rng(1);
  const auto outline = outline_of(
      row_with(kTcp, pair_key(3, 2), tcp_code(TcpOpen::kRefused, TcpClose::kReset)), rng);
  EXPECT_EQ(outline.plan.tuple, kWeb);
  EXPECT_EQ(outline.plan.open, TcpOpen::kRefused);
  EXPECT_EQ(outline.plan.close, TcpClose::kReset);
  EXPECT_EQ(outline.start_ns, kSecond);
  EXPECT_EQ(outline.duration_ns, 7000);
  EXPECT_EQ(outline.forward_packets, 3U);
  EXPECT_EQ(outline.backward_packets, 2U);
  EXPECT_EQ(outline.forward_mean_payload, 10U);
  EXPECT_EQ(outline.backward_mean_payload, 20U);
  EXPECT_EQ(outline.plan.forward.ttl, 1);  // 0 would be no packet on a wire
  EXPECT_EQ(outline.plan.backward.ttl, 128);
  EXPECT_EQ(outline.plan.forward.window, 1000);
  EXPECT_EQ(outline.plan.forward.ip_id, IpIdPolicy::kCounter);
  EXPECT_TRUE(outline.plan.forward.dont_fragment);
  EXPECT_EQ(outline.plan.forward.options, TcpOptions::kTimestamps);
  EXPECT_EQ(outline.plan.backward.options, TcpOptions::kScale);
  EXPECT_EQ(outline.plan.backward.ip_id, IpIdPolicy::kRandom);
  EXPECT_FALSE(outline.plan.backward.dont_fragment);
}

TEST(Outline, IsMadePossible) {
  Random rng(1);
  const auto outline = outline_of(row_with(kUdp, pair_key(0, 0), kNotTcpCode), rng);
  EXPECT_EQ(outline.forward_packets, 1U);
  EXPECT_EQ(outline.duration_ns, 0);
  EXPECT_EQ(outline.plan.close, TcpClose::kNone);
}

}  // namespace
}  // namespace tracetwin
