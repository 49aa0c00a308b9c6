#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "support/support.h"
#include "text_formats.h"

namespace tracetwin {
namespace {

using test::Flows;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::string_view kHeader = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n";

Flows read(std::string_view text, std::size_t capacity = 1 << 20) {
  return test::read_flows(open_flow_csv_reader, text, capacity);
}

FlowRecord read_one(const std::string& text) {
  const Flows flows = read(text);
  EXPECT_EQ(flows.records.size(), 1U) << text;
  EXPECT_THAT(flows.skips, IsEmpty()) << text;
  return flows.records.empty() ? FlowRecord{} : flows.records[0];
}

FlowRecord read_line(const std::string& line) {
  return read_one(std::string(kHeader) + line);
}

std::string refusal(std::string_view text) {
  try {
    read(text);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "accepted";
}

TEST(FlowCsv, ReadsNetSharesColumns) {
  const auto record = read_line("10.0.0.1,10.0.0.2,1234,80,TCP,1713484784962686,65.022705,14,1762");
  const FiveTuple tuple = {IpAddress::v4(0x0a000001), IpAddress::v4(0x0a000002), 1234, 80, kTcp};
  EXPECT_EQ(record.tuple, tuple);
  EXPECT_EQ(record.start_ns, 1713484784962686000);
  EXPECT_EQ(record.duration_ns, 65022705000);
  EXPECT_EQ(record.packets, 14U);
  EXPECT_EQ(record.bytes, 1762U);
}

TEST(FlowCsv, ReadsTheFormsOfDataFrames) {
  const auto record = read_line(
      "1730436467.0,719036359,80.0,,17,1458298072364000.0,305.63599999999997,62.0,1.736e3");
  EXPECT_EQ(record.tuple.src, IpAddress::v4(1730436467));
  EXPECT_EQ(record.tuple.dst, IpAddress::v4(719036359));
  EXPECT_EQ(record.tuple.srcport, 80);
  EXPECT_EQ(record.tuple.dstport, 0);
  EXPECT_EQ(record.tuple.proto, kUdp);
  EXPECT_EQ(record.start_ns, 1458298072364000000);
  EXPECT_EQ(record.duration_ns, 305636000000);
  EXPECT_EQ(record.packets, 62U);
  EXPECT_EQ(record.bytes, 1736U);
}

TEST(FlowCsv, ReadsTimesInSeveralForms) {
  const auto start = [](const std::string& ts) {
    return read_line("::1,::2,1,2,6," + ts + ",6.4e-05,1,40").start_ns;
  };
  EXPECT_EQ(start("1.5"), 1500);
  EXPECT_EQ(start("0"), 0);
  EXPECT_EQ(start("2261-12-31T23:59:59.999999999Z"), 9214646399999999999);
  EXPECT_EQ(start("2024-04-19T00:00:00.25Z"), 1713484800250000000);
  EXPECT_EQ(start("2024-04-19 02:00:00+02:00"), 1713484800000000000);
  EXPECT_EQ(start("2024-04-19 00:00:00.250"), 1713484800250000000);
  EXPECT_EQ(read_line("::1,::2,1,2,6,0,6.4e-05,1,40").duration_ns, 64000);
}

TEST(FlowCsv, FindsColumnsByNameInAnyOrder) {
  const auto record = read_one(
      "bytes;Src IP;ipkt;dst_ip;sport;dstPort;Protocol;start\n"
      "100;1.1.1.1;2;2.2.2.2;3;4;udp;5\n");
  EXPECT_EQ(record.bytes, 100U);
  EXPECT_EQ(record.packets, 2U);
  EXPECT_EQ(record.tuple.src, IpAddress::v4(0x01010101));
  EXPECT_EQ(record.tuple.dst, IpAddress::v4(0x02020202));
  EXPECT_EQ(record.tuple.srcport, 3);
  EXPECT_EQ(record.tuple.dstport, 4);
  EXPECT_EQ(record.start_ns, 5000);
  EXPECT_EQ(record.duration_ns, 0);
}

TEST(FlowCsv, OwnNamesGoBeforeAliases) {
  const Flows flows = read("start,ts,proto,sa,da,pkt,byt,ts\n7,8,6,::1,::2,1,2,9\n");
  ASSERT_EQ(flows.records.size(), 1U);
  EXPECT_EQ(flows.records[0].start_ns, 8000);
  EXPECT_THAT(flows.columns, ElementsAre("start", "ts"));
  EXPECT_THAT(flows.extras[1], ElementsAre("9"));
}

TEST(FlowCsv, KeepsOtherColumnsAsTheyStand) {
  const Flows flows = read(
      "\xef\xbb\xbfsrcip,label,dstip,proto,ts,pkt,byt,type\r\n"
      "1.1.1.1, \"x\",2.2.2.2,6,1,1,40,\"a,\"\"b\"\"\nc\"\r\n"
      "1.1.1.1,,2.2.2.2,6,1,1,40,\r\n");
  EXPECT_THAT(flows.columns, ElementsAre("label", "type"));
  ASSERT_EQ(flows.records.size(), 2U);
  EXPECT_THAT(flows.extras[0], ElementsAre(" \"x\"", ""));
  EXPECT_THAT(flows.extras[1], ElementsAre("a,\"b\"\nc", ""));
  EXPECT_THAT(flows.skips, IsEmpty());
}

TEST(FlowCsv, CountsDamagedLinesByReason) {
  const Flows flows = read(std::string(kHeader) +
                           "nowhere,2.2.2.2,1,2,6,1,0,1,40\n"
                           "\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,1\n"
                           "1.1.1.1,2.2.2.2,65536,2,6,1,0,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,carrier,1,0,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,noon,0,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,-1,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,few,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,1,\n"
                           "\"1.1.1.1\"x,2.2.2.2,1,2,6,1,0,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,1,40\n"
                           "nobody,2.2.2.2,1,2,6,1,0,1,40\n");
  EXPECT_EQ(flows.records.size(), 1U);
  EXPECT_THAT(
      test::reasons(flows.skips),
      ElementsAre(Pair("srcip is not an address", 2), Pair("8 fields instead of 9", 4),
                  Pair("srcport is not a number up to 65535", 5),
                  Pair("proto is not a protocol", 6), Pair("ts is not a time", 7),
                  Pair("td is not a number of seconds", 8), Pair("pkt is not a whole number", 9),
                  Pair("byt is not a whole number", 10),
                  Pair("text stands behind a closing quote", 11)));
  EXPECT_EQ(flows.skips[0].count, 2U);
}

// Programs that learn numbers write such, NetShare among them.
TEST(FlowCsv, RoundsCountersThatAreNoWholeNumbers) {
  const Flows flows = read(std::string(kHeader) +
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,1.5,40.49\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,3,1.2e3\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,-0.7,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1,0,nan,40\n");
  ASSERT_EQ(flows.records.size(), 2U);
  EXPECT_EQ(flows.records[0].packets, 2U);
  EXPECT_EQ(flows.records[0].bytes, 40U);
  EXPECT_EQ(flows.records[1].bytes, 1200U);
  EXPECT_THAT(test::reasons(flows.skips), ElementsAre(Pair("pkt is not a whole number", 4)));
}

TEST(FlowCsv, CountsWhatCannotBeAFlow) {
  const Flows flows = read(std::string(kHeader) +
                           "1.1.1.1,2.2.2.2,1,2,6,-5,0,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,9223372036854775,0,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1969-12-31T23:59:59Z,0,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1000000,9223372036,1,40\n"
                           "1.1.1.1,2.2.2.2,1,2,6,1000000,9214646398,1,40\n");
  EXPECT_EQ(flows.records.size(), 1U);
  EXPECT_THAT(test::reasons(flows.skips), ElementsAre(Pair("ts is not a time from 1970 to 2262", 2),
                                                      Pair("flow that ends behind 2262", 5)));
  EXPECT_EQ(flows.skips[0].count, 3U);
}

TEST(FlowCsv, OneStrayQuoteCostsOneLine) {
  std::string text(kHeader);
  text += "\"1.1.1.1,2.2.2.2,1,2,6,1,0,1,40\n";
  for (int i = 0; i < 5000; ++i) {
    text += "1.1.1.1,2.2.2.2,1,2,6,1,0,1,40\n";
  }
  const Flows flows = read(text);
  EXPECT_EQ(flows.records.size(), 5000U);
  EXPECT_THAT(test::reasons(flows.skips), ElementsAre(Pair("a quote is not closed", 2)));
}

TEST(FlowCsv, CountsLinesInsideQuotedFields) {
  const Flows flows = read(
      "srcip,dstip,proto,ts,pkt,byt,note\n"
      "1.1.1.1,2.2.2.2,6,1,1,40,\"two\nlines\"\n"
      "bad,2.2.2.2,6,1,1,40,x\n");
  EXPECT_THAT(test::reasons(flows.skips), ElementsAre(Pair("srcip is not an address", 4)));
}

TEST(FlowCsv, DropsAnEndlessLine) {
  const std::string line = "1.1.1.1,2.2.2.2,1,2,6,1,0,1,40\n";
  const Flows flows = read(std::string(kHeader) + line + std::string(3 << 20, 'x') + "\n" + line);
  EXPECT_EQ(flows.records.size(), 2U);
  EXPECT_THAT(test::reasons(flows.skips), ElementsAre(Pair("the line is longer than 1 MiB", 3)));
}

TEST(FlowCsv, ReadsTheLastLineWithoutItsEnd) {
  EXPECT_EQ(read_line("1.1.1.1,2.2.2.2,1,2,6,1,0,1,40\r").bytes, 40U);
  EXPECT_EQ(read_line("1.1.1.1,2.2.2.2,1,2,6,1,0,1,\"40\"").bytes, 40U);
}

TEST(FlowCsv, NamesAMissingColumnAndTheNearest) {
  EXPECT_THAT(refusal("srcip,dstip,proto,ts,pakt,byt\n"), HasSubstr("no column pkt"));
  EXPECT_THAT(refusal("srcip,dstip,proto,ts,pakt,byt\n"), HasSubstr("the column pakt?"));
  EXPECT_THAT(refusal("srcip,dstip,proto,pkt,byt\n"), HasSubstr("srcip, dstip, proto, pkt, byt"));
  EXPECT_THAT(refusal("srcip,dstip,proto,pkt,byt\n"), HasSubstr("ts, start, starttime"));
}

TEST(FlowCsv, RefusesAnEndlessHeader) {
  EXPECT_THAT(refusal("srcip,dstip,proto,ts,pkt,byt," + std::string(1 << 17, 'x') + "\n"),
              HasSubstr("longer than 64 KiB"));
}

TEST(FlowCsv, SniffsByHeaderOnly) {
  EXPECT_TRUE(sniff_flow_csv(kHeader));
  EXPECT_TRUE(sniff_flow_csv("\xef\xbb\xbf\"sa\"\t\"da\"\t\"x\"\n"));
  EXPECT_FALSE(sniff_flow_csv("name,colour,size\n1,2,3\n"));
  EXPECT_FALSE(sniff_flow_csv("srcip\n1.1.1.1\n"));
  EXPECT_FALSE(sniff_flow_csv(std::string_view("\0\0\0\0", 4)));
  EXPECT_FALSE(sniff_flow_csv(""));
}

TEST(FlowCsv, WritesCanonicalText) {
  Flows flows;
  FlowRecord record;
  record.tuple = {IpAddress::v4(0x01020304), IpAddress{1, 2}, 65535, 0, kUdp};
  record.start_ns = 1713484784962686500;
  record.duration_ns = 64000;
  record.packets = 2;
  record.bytes = 100;
  flows.records = {record};
  flows.columns = {"label", "a \"b\""};
  flows.extras = {{"x,y"}, {"z"}};
  EXPECT_EQ(test::written(open_flow_csv_writer, flows),
            "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label,\"a \"\"b\"\"\"\n"
            "1.2.3.4,::1:0:0:0:2,65535,0,UDP,1713484784962686.5,0.000064,2,100,\"x,y\",z\n");
}

TEST(FlowCsv, ReadsBackWhatItWrites) {
  const Flows flows = test::random_flows(11, 3000, 3);
  const std::string text = test::written(open_flow_csv_writer, flows);
  for (const std::size_t capacity : {std::size_t{64}, std::size_t{1} << 20}) {
    const Flows back = read(text, capacity);
    EXPECT_TRUE(back.records == flows.records);
    EXPECT_EQ(back.columns, flows.columns);
    EXPECT_EQ(back.extras, flows.extras);
    EXPECT_THAT(back.skips, IsEmpty());
  }
}

TEST(FlowCsv, ReadsUgr16) {
  TRACETWIN_NEED_SHARED(shared);
  const Flows flows = test::read_all(open_trace(shared / "data/flows/ugr16-1k.csv"));
  EXPECT_EQ(flows.records.size(), 1000U);
  EXPECT_THAT(flows.columns, ElementsAre("type"));
  EXPECT_THAT(flows.skips, IsEmpty());
  EXPECT_EQ(flows.records[0].start_ns, 1458298072364000000);
}

TEST(FlowCsv, ReadsWorkstation) {
  TRACETWIN_NEED_SHARED(shared);
  const Flows flows = test::read_all(open_trace(shared / "data/flows/workstation.csv.zst"));
  EXPECT_EQ(flows.records.size(), 20058U);
  EXPECT_THAT(flows.columns, ElementsAre("service", "state", "label", "detailedlabel", "capture"));
  EXPECT_THAT(flows.skips, IsEmpty());
  const Flows back =
      test::read_flows(open_flow_csv_reader, test::written(open_flow_csv_writer, flows));
  EXPECT_TRUE(back.records == flows.records);
  EXPECT_EQ(back.extras, flows.extras);
}

}  // namespace
}  // namespace tracetwin
