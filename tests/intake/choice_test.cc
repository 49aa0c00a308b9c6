#include "intake/choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "intake/sample.h"
#include "trace/format/format.h"

namespace tracetwin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AnyReader open_text(std::string_view text) {
  SourceInfo info;
  info.name = "t.csv";
  return open_trace(Buffered(memory_source(std::as_bytes(std::span(text)))), info);
}

constexpr std::string_view kLog =
    "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label,score\n"
    "10.0.0.1,10.0.0.2,1000,80,TCP,1000000,0.5,3,300,good,1\n"
    "10.0.0.1,10.0.0.3,1001,53,UDP,2000000,0.01,1,60,bad,2.5\n"
    "192.168.0.1,10.0.0.2,1002,443,TCP,3000000,10,30,30000,good,-\n"
    "10.0.0.2,10.0.0.1,80,1000,TCP,4000000,2,2,100,\"b,c\",1.0\n";

std::vector<std::uint64_t> lines_of(AnyReader reader) {
  auto& flows = *std::get<std::unique_ptr<FlowReader>>(reader);
  std::vector<std::uint64_t> lines;
  FlowBatch batch;
  while (flows.next(batch)) {
    lines.insert(lines.end(), batch.lines.begin(), batch.lines.end());
    EXPECT_EQ(batch.extras.size(), flows.extra_columns().size());
  }
  return lines;
}

std::vector<std::uint64_t> selected(const std::vector<std::string>& conditions) {
  Choice choice;
  for (const auto& text : conditions) {
    choice.flows.push_back(parse_where(text));
  }
  return lines_of(chosen(open_text(kLog), choice));
}

TEST(Choice, ConditionsSelectByQuantitiesOfTheRecord) {
  EXPECT_THAT(selected({"dstport in {80,443}"}), ElementsAre(2, 4));
  EXPECT_THAT(selected({"srcip in 10.0.0.0/24", "proto = tcp"}), ElementsAre(2, 5));
  EXPECT_THAT(selected({"td < 1s"}), ElementsAre(2, 3));
  EXPECT_THAT(selected({"bytes >= 300"}), ElementsAre(2, 4));
  EXPECT_THAT(selected({"pkts != 3"}), ElementsAre(3, 4, 5));
  EXPECT_THAT(selected({"ts in 1970-01-01T00:00:02Z..1970-01-01T00:00:03Z"}), ElementsAre(3, 4));
  EXPECT_THAT(selected({"'Destination Port' not in 1..100"}), ElementsAre(4, 5));
}

TEST(Choice, ConditionsSelectByFurtherColumns) {
  EXPECT_THAT(selected({"label = good"}), ElementsAre(2, 4));
  EXPECT_THAT(selected({"label not in {good, bad}"}), ElementsAre(5));
  EXPECT_THAT(selected({"label = 'b,c'"}), ElementsAre(5));
  EXPECT_THAT(selected({"score = 1"}), ElementsAre(2, 5));
  EXPECT_THAT(selected({"score >= 1"}), ElementsAre(2, 3, 5));
  EXPECT_THAT(selected({"score in 2..3"}), ElementsAre(3));
  EXPECT_THAT(selected({"score = -"}), ElementsAre(4));
}

TEST(Choice, WhatIsNotChosenIsCounted) {
  Choice choice;
  choice.flows = {parse_where("label = good")};
  AnyReader reader = chosen(open_text(kLog), choice);
  auto& flows = *std::get<std::unique_ptr<FlowReader>>(reader);
  FlowBatch batch;
  while (flows.next(batch)) {
  }
  ASSERT_EQ(flows.skips().rows().size(), 1U);
  EXPECT_EQ(flows.skips().rows()[0].reason, "not what the conditions ask for");
  EXPECT_EQ(flows.skips().rows()[0].count, 2U);
  EXPECT_EQ(flows.skips().rows()[0].first, 3U);
}

TEST(Choice, UnknownFieldsAndImpossibleValuesAreRefused) {
  for (const auto& [condition, words] :
       std::map<std::string, std::string>{{"labl = good", "no field 'labl'"},
                                          {"dstport = http", "not a port"},
                                          {"score < high", "is not a number"},
                                          {"td < 1 & td > 2", "not a duration"}}) {
    try {
      selected({condition});
      FAIL() << condition;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(words)) << condition;
    }
  }
}

TEST(Choice, AWindowHoldsItsBeginAndNotItsEnd) {
  Choice choice;
  choice.window = Window{2'000'000'000, 4'000'000'000};
  EXPECT_THAT(lines_of(chosen(open_text(kLog), choice)), ElementsAre(3, 4));
}

TEST(Choice, PacketFiltersAndConditionsKnowWhatTheyAreFor) {
  Choice choice;
  choice.packets = "tcp";
  EXPECT_THROW(chosen(open_text(kLog), choice), Error);
}

TEST(Sample, SharesAreRead) {
  EXPECT_EQ(parse_sample("1/10").keep, 1U);
  EXPECT_EQ(parse_sample("1/10").of, 10U);
  EXPECT_EQ(parse_sample("0.25").keep, 250'000'000U);
  EXPECT_EQ(parse_sample("1").of, parse_sample("1").keep);
  for (const char* text : {"0", "2", "3/2", "1/0", "0/5", "-1", "a", "1/", "/3", ""}) {
    EXPECT_THROW(parse_sample(text), Error) << text;
  }
}

FlowRecord record_number(std::uint32_t i) {
  FlowRecord record;
  record.tuple = {IpAddress::v4(0x0a000000 + i % 500), IpAddress::v4(0x0b000000 + i / 500),
                  static_cast<std::uint16_t>(1024 + i % 7), 80, kTcp};
  record.start_ns = static_cast<std::int64_t>(i) * 1000;
  record.packets = 1;
  return record;
}

TEST(Sample, BothDirectionsOfAFlowShareTheirFate) {
  const Sample sample = {1, 3, Sample::Unit::kFlow, 7};
  for (std::uint32_t i = 0; i < 1000; ++i) {
    FlowRecord record = record_number(i);
    const bool there = is_in(sample, record);
    record.tuple = record.tuple.reversed();
    record.start_ns += 5;
    EXPECT_EQ(is_in(sample, record), there);
    Packet packet;
    packet.tuple = record.tuple;
    EXPECT_EQ(is_in(sample, packet), there) << "packets and records of a flow";
  }
}

TEST(Sample, HasTheShareThatWasAskedForWithEverySeed) {
  constexpr std::uint32_t kRecords = 20'000;
  std::set<std::uint32_t> first;
  std::size_t both = 0;
  for (const auto unit : {Sample::Unit::kFlow, Sample::Unit::kRecord}) {
    for (const std::uint64_t seed : {0U, 1U}) {
      const Sample sample = {1, 10, unit, seed};
      std::size_t count = 0;
      for (std::uint32_t i = 0; i < kRecords; ++i) {
        const bool there = is_in(sample, record_number(i));
        count += there ? 1 : 0;
        if (there && unit == Sample::Unit::kFlow) {
          both += seed == 1 && first.contains(i) ? 1 : 0;
          first.insert(i);
        }
      }
      EXPECT_NEAR(static_cast<double>(count), kRecords * 0.1, 5 * std::sqrt(kRecords * 0.09));
    }
  }
  EXPECT_NEAR(static_cast<double>(both), kRecords * 0.01, 5 * std::sqrt(kRecords * 0.01))
      << "samples of different seeds are independent";
}

TEST(Sample, AndItsRestAreAll) {
  const Sample sample = {1, 3, Sample::Unit::kRecord, 5};
  Sample rest = sample;
  rest.rest = true;
  for (std::uint32_t i = 0; i < 200; ++i) {
    EXPECT_NE(is_in(sample, record_number(i)), is_in(rest, record_number(i)));
  }
}

TEST(Sample, ARecordsFateIsItsOwn) {
  const Sample sample = {1, 2, Sample::Unit::kRecord, 3};
  const FlowRecord record = record_number(4);
  const bool there = is_in(sample, record);
  std::size_t differ = 0;
  for (int i = 1; i <= 64; ++i) {
    FlowRecord other = record;
    other.duration_ns += i;
    differ += is_in(sample, other) != there ? 1 : 0;
  }
  EXPECT_EQ(is_in(sample, record), there);
  EXPECT_GT(differ, 15U);
  EXPECT_LT(differ, 49U);
}

TEST(Sample, FragmentsAndExchangesStayTogether) {
  for (std::uint64_t seed = 0; seed < 32; ++seed) {
    const Sample sample = {1, 2, Sample::Unit::kFlow, seed};
    Packet question;
    question.tuple = {IpAddress::v4(1), IpAddress::v4(2), 8, 0, kIcmp};
    Packet answer;
    answer.tuple = {IpAddress::v4(2), IpAddress::v4(1), 0, 0, kIcmp};
    EXPECT_EQ(is_in(sample, question), is_in(sample, answer));
    Packet first;
    first.tuple = {IpAddress::v4(1), IpAddress::v4(2), 1000, 53, kUdp};
    first.ip_flags = 1;
    Packet later;
    later.tuple = {IpAddress::v4(1), IpAddress::v4(2), 0, 0, kUdp};
    later.fragment_offset = 185;
    EXPECT_EQ(is_in(sample, first), is_in(sample, later));
  }
}

}  // namespace
}  // namespace tracetwin
