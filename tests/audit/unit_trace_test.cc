#include "audit/unit_trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <thread>
#include <variant>

#include "base/error.h"
#include "trace/format/format.h"

namespace tracetwin::audit {
namespace {

UnitTrace loaded(const MemoryFile& file) {
  return load_units(file.path(), FlowTimeouts(), {});
}

/// `count` conversations of two packets, their times interleaved.
UnitTrace conversations(std::size_t count) {
  UnitTrace trace;
  trace.kind = TraceKind::kPackets;
  trace.units = count;
  for (int turn = 0; turn < 2; ++turn) {
    for (std::size_t unit = 0; unit < count; ++unit) {
      Packet packet;
      packet.time_ns = (turn * 1000 + static_cast<std::int64_t>(unit)) * 1'000'000;
      packet.tuple = {IpAddress::v4(0x0a000001), IpAddress::v4(0x0a000002),
                      static_cast<std::uint16_t>(2000 + unit), 53, kUdp};
      packet.tuple = turn == 0 ? packet.tuple : packet.tuple.reversed();
      packet.ip_length = 60;
      packet.payload_length = 32;
      packet.ttl = 64;
      trace.packets.push_back(packet);
      trace.unit_of_packet.push_back(unit);
    }
  }
  return trace;
}

TEST(MemoryFile, IsReadByManyAtOnce) {
  const UnitTrace trace = worst_case(500);
  const MemoryFile file = written(trace, Choice(500, true));
  std::vector<std::size_t> units(4);
  {
    std::vector<std::jthread> readers;
    for (std::size_t& count : units) {
      readers.emplace_back([&] { count = loaded(file).units; });
    }
  }
  EXPECT_EQ(units, std::vector<std::size_t>(4, 500));
}

TEST(MemoryFile, MovesAndGoesAway) {
  std::filesystem::path path;
  {
    MemoryFile first("srcip\n");
    MemoryFile second = std::move(first);
    first = std::move(second);
    path = first.path();
    EXPECT_EQ(std::filesystem::file_size(path), 6U);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(UnitTrace, TheWorstCaseIsAlwaysTheSame) {
  EXPECT_EQ(worst_case(100).flows.records[42].start_ns, worst_case(100).flows.records[42].start_ns);
  EXPECT_EQ(worst_case(100).flows.extras[0][42], worst_case(100).flows.extras[0][42]);
}

TEST(UnitTrace, WritingAndReadingKeepsRecords) {
  const UnitTrace trace = worst_case(50);
  const UnitTrace again = loaded(written(trace, Choice(50, true)));
  ASSERT_EQ(again.units, 50U);
  EXPECT_EQ(again.extra_columns, trace.extra_columns);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(again.flows.records[i].tuple, trace.flows.records[i].tuple);
    EXPECT_EQ(again.flows.records[i].packets, trace.flows.records[i].packets);
    EXPECT_EQ(again.flows.extras[0][i], trace.flows.extras[0][i]);
  }
}

TEST(UnitTrace, TheCanaryIsOneRecordLikeNone) {
  const UnitTrace trace = worst_case(3000);
  const UnitTrace canary = canary_for(trace);
  const UnitTrace all = loaded(written(trace, Choice(3000, true), &canary));
  ASSERT_EQ(all.units, 3001U);
  const FlowRecord& last = all.flows.records.back();
  for (std::size_t i = 0; i < 3000; ++i) {
    const FlowRecord& other = all.flows.records[i];
    EXPECT_TRUE(other.tuple.src != last.tuple.src && other.tuple.src != last.tuple.dst);
    EXPECT_TRUE(other.tuple.dst != last.tuple.src && other.tuple.dst != last.tuple.dst);
    EXPECT_TRUE(other.tuple.srcport != last.tuple.srcport &&
                other.tuple.dstport != last.tuple.dstport);
    EXPECT_NE(all.flows.extras[0][i], all.flows.extras[0][3000]);
    EXPECT_NE(other.bytes, last.bytes);
  }
}

TEST(UnitTrace, ACanaryOfACaptureIsOneConversation) {
  const UnitTrace trace = conversations(10);
  const UnitTrace canary = canary_for(trace);
  EXPECT_EQ(loaded(written(trace, Choice(10, true), &canary)).units, 11U);
}

TEST(UnitTrace, ConversationsAreTakenWhole) {
  const UnitTrace trace = loaded(written(conversations(200), Choice(200, true)));
  ASSERT_EQ(trace.units, 200U);
  Choice choice = random_half(200, 7);
  const auto chosen = static_cast<std::size_t>(std::count(choice.begin(), choice.end(), true));
  const UnitTrace half = loaded(written(trace, choice));
  EXPECT_EQ(half.units, chosen);
  EXPECT_EQ(half.packets.size(), 2 * chosen);
}

TEST(UnitTrace, RandomChoices) {
  const Choice half = random_half(10'000, 3);
  EXPECT_NEAR(static_cast<double>(std::count(half.begin(), half.end(), true)), 5000, 300);
  const Choice some = random_units(1000, 100, 3);
  EXPECT_EQ(std::count(some.begin(), some.end(), true), 100);
  const Choice all = random_units(50, 100, 3);
  EXPECT_EQ(std::count(all.begin(), all.end(), true), 50);
}

TEST(UnitTrace, StandardInputAndEmptyTracesAreRefused) {
  EXPECT_THROW(loaded(written(worst_case(5), Choice(5, false))), Error);
  EXPECT_THROW(load_units("-", FlowTimeouts(), {}), Error);
}

TEST(WorstCase, SourcesMayBeTheRecordsOwn) {
  std::set<IpAddress> sources;
  for (const FlowRecord& record : worst_case(300, true).flows.records) {
    sources.insert(record.tuple.src);
  }
  EXPECT_EQ(sources.size(), 300U);
}

TEST(Canary, OfSeveralRowsIsOneUnitInOneCell) {
  const UnitTrace canary = canary_for(worst_case(50), worst_case_window(), 8);
  ASSERT_EQ(canary.flows.records.size(), 8U);
  for (std::size_t row = 1; row < 8; ++row) {
    EXPECT_EQ(canary.flows.records[row].tuple, canary.flows.records[0].tuple);
    EXPECT_EQ(canary.flows.records[row].bytes, canary.flows.records[0].bytes);
    EXPECT_EQ(canary.flows.extras[0][row], canary.flows.extras[0][0]);
  }
  EXPECT_TRUE(worst_case_window().holds(canary.flows.records[0].start_ns));
}

TEST(Canary, OfACaptureIsSeveralConversationsOfOneSource) {
  UnitTrace capture;
  capture.kind = TraceKind::kPackets;
  const UnitTrace canary = canary_for(capture, {}, 3);
  std::set<std::pair<IpAddress, std::uint16_t>> senders;
  for (const Packet& packet : canary.packets) {
    if (packet.tcp_flags == kSyn) {
      senders.insert({packet.tuple.src, packet.tuple.srcport});
    }
  }
  ASSERT_EQ(senders.size(), 3U);
  EXPECT_EQ(senders.begin()->first, senders.rbegin()->first);
  EXPECT_TRUE(
      std::is_sorted(canary.packets.begin(), canary.packets.end(),
                     [](const Packet& a, const Packet& b) { return a.time_ns < b.time_ns; }));
}

}  // namespace
}  // namespace tracetwin::audit
