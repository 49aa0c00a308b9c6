#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "support/support.h"
#include "text_formats.h"

namespace tracetwin {
namespace {

using test::Flows;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr std::string_view kFields =
    "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\t"
    "resp_bytes\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes";

std::string head() {
  return "#separator \\x09\n#fields\t" + std::string(kFields) + "\n";
}

Flows read(const std::string& text) {
  return test::read_flows(open_zeek_tsv_reader, text);
}

Flows read_json(const std::string& text) {
  return test::read_flows(open_zeek_json_reader, text);
}

const std::vector<std::string>& column(const Flows& flows, std::string_view name) {
  static const std::vector<std::string> kNone = {"no such column"};
  const auto at = std::ranges::find(flows.columns, name);
  return at == flows.columns.end()
             ? kNone
             : flows.extras[static_cast<std::size_t>(at - flows.columns.begin())];
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ZeekTsv, SumsBothDirections) {
  const Flows flows = read(head() +
                           "1713484795.943239\tC1\t10.0.0.1\t25320\t10.0.0.2\t80\ttcp\thttp\t"
                           "0.000064\t10\t20\t1\t60\t2\t90\n");
  ASSERT_EQ(flows.records.size(), 1U);
  const FlowRecord& record = flows.records[0];
  const FiveTuple tuple = {IpAddress::v4(0x0a000001), IpAddress::v4(0x0a000002), 25320, 80, kTcp};
  EXPECT_EQ(record.tuple, tuple);
  EXPECT_EQ(record.start_ns, 1713484795943239000);
  EXPECT_EQ(record.duration_ns, 64000);
  EXPECT_EQ(record.packets, 3U);
  EXPECT_EQ(record.bytes, 150U);
  EXPECT_THAT(flows.columns, ElementsAre("uid", "service", "orig_bytes", "resp_bytes", "orig_pkts",
                                         "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"));
  EXPECT_THAT(column(flows, "uid"), ElementsAre("C1"));
  EXPECT_THAT(column(flows, "orig_pkts"), ElementsAre("1"));
}

TEST(ZeekTsv, UnsetFieldsAreAbsent) {
  const Flows flows = read(head() +
                           "1.0\tC1\t::1\t128\t::2\t129\ticmp\t-\t-\t-\t-\t1\t-\t0\t-\n"
                           "1.0\tC1\t1.1.1.1\t8\t1.1.1.2\t0\ticmp\t-\t-\t100\t50\t1\t-\t1\t-\n");
  ASSERT_EQ(flows.records.size(), 2U);
  EXPECT_EQ(flows.records[0].tuple.proto, kIcmpV6);
  EXPECT_EQ(flows.records[0].tuple.srcport, 128);
  EXPECT_EQ(flows.records[0].duration_ns, 0);
  EXPECT_EQ(flows.records[0].bytes, 0U);
  EXPECT_EQ(flows.records[1].tuple.proto, kIcmp);
  EXPECT_EQ(flows.records[1].bytes, 150U);
  EXPECT_THAT(column(flows, "service"), ElementsAre("-", "-"));
}

TEST(ZeekTsv, IpProtoGoesBeforeProto) {
  const Flows flows = read(
      "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"
      "orig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\tip_proto\n"
      "1\t::1\t0\t::2\t0\tunknown_transport\t1\t2\t3\t4\t47\n");
  ASSERT_EQ(flows.records.size(), 1U);
  EXPECT_EQ(flows.records[0].tuple.proto, 47);
  EXPECT_THAT(flows.columns, Not(Contains("ip_proto")));
}

TEST(ZeekTsv, OtherSeparatorsAndUnsetTexts) {
  const Flows flows = read(
      "#separator ,\n#unset_field,nil\n#path,conn\n"
      "#fields,ts,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto,duration,"
      "orig_pkts,orig_ip_bytes,resp_pkts,resp_ip_bytes\n"
      "#types,time,addr,port,addr,port,enum,interval,count,count,count,count\n"
      "1,1.1.1.1,1,2.2.2.2,2,udp,nil,1,2,3,4\n");
  ASSERT_EQ(flows.records.size(), 1U);
  EXPECT_EQ(flows.records[0].bytes, 6U);
  EXPECT_THAT(refusal("#separator ab\n"), HasSubstr("only one character"));
}

TEST(ZeekTsv, LabelsBehindSpaces) {
  const std::string fields = "#fields\t" + std::string(kFields) + "\ttunnel_parents";
  const std::string line = "1\tC\t1.1.1.1\t1\t2.2.2.2\t2\ttcp\t-\t-\t-\t-\t1\t40\t1\t40\t";
  const Flows spaced =
      read(fields + "   label   detailed-label\n" + line + "(empty)   Malicious   Part Of Scan\n" +
           line + "-\tBenign\t-\n" + line + "-   Benign\n");
  EXPECT_EQ(spaced.records.size(), 2U);
  EXPECT_THAT(column(spaced, "label"), ElementsAre("Malicious", "Benign"));
  EXPECT_THAT(column(spaced, "detailed-label"), ElementsAre("Part Of Scan", "-"));
  EXPECT_THAT(column(spaced, "tunnel_parents"), ElementsAre("(empty)", "-"));
  EXPECT_THAT(test::reasons(spaced.skips), ElementsAre(Pair("17 fields instead of 18", 4)));
}

TEST(ZeekTsv, ConcatenatedLogsMayOrderTheirColumnsDifferently) {
  const Flows flows = read(
      "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\t"
      "orig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\thistory\n"
      "1\t::1\t1\t::2\t2\ttcp\thttp\t1\t2\t3\t4\tSF\n"
      "#close\t2024-04-19-00-00-00\n"
      "#separator \\x09\n#path\tconn\n"
      "#fields\tid.orig_h\tts\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\t"
      "orig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\tvlan\n"
      "::1\t2\t1\t::2\t2\ttcp\tdns\t1\t2\t3\t4\t99\n");
  ASSERT_EQ(flows.records.size(), 2U);
  EXPECT_EQ(flows.records[1].start_ns, 2000000000);
  EXPECT_THAT(column(flows, "service"), ElementsAre("http", "dns"));
  EXPECT_THAT(column(flows, "history"), ElementsAre("SF", "-"));
  EXPECT_THAT(flows.columns, Not(Contains("vlan")));
  EXPECT_THAT(test::reasons(flows.skips),
              ElementsAre(Pair("column vlan is not in the first header", 6)));
}

TEST(ZeekTsv, CountsDamagedLinesByReason) {
  const Flows flows =
      read(head() +
           "noon\tC1\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t1\t1\t1\t1\n"
           "1.0\tC1\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t1\t1\t1\n"
           "1.0\tC1\t::1\t1\t::2\t2\tunknown_transport\t-\t-\t-\t-\t1\t1\t1\t1\n"
           "1.0\tC1\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t-\t1\t1\t1\n"
           "1.0\tC1\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t18446744073709551615\t1\t1\t1\n");
  EXPECT_THAT(flows.records, IsEmpty());
  EXPECT_THAT(
      test::reasons(flows.skips),
      ElementsAre(Pair("ts is not a time", 3), Pair("14 fields instead of 15", 4),
                  Pair("proto is not a protocol", 5), Pair("orig_pkts is not a whole number", 6),
                  Pair("orig_pkts is not a whole number in its range", 7)));
}

TEST(ZeekTsv, CountsWhatCannotBeAFlow) {
  const Flows flows = read(head() +
                           "-5\tC1\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t1\t1\t1\t1\n"
                           "9223372036\tC1\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t1\t1\t1\t1\n"
                           "1.0\tC1\t::1\t1\t::2\t2\ttcp\t-\t9223372036\t-\t-\t1\t1\t1\t1\n");
  EXPECT_THAT(flows.records, IsEmpty());
  EXPECT_THAT(test::reasons(flows.skips), ElementsAre(Pair("ts is not a time from 1970 to 2262", 3),
                                                      Pair("flow that ends behind 2262", 5)));
}

TEST(ZeekJson, CountsWhatCannotBeAFlow) {
  const auto line = [](const char* ts, const char* packets) {
    return std::string(R"({"ts":)") + ts +
           R"(,"id.orig_h":"::1","id.orig_p":1,"id.resp_h":"::2","id.resp_p":2,"proto":"tcp",)"
           R"("orig_pkts":)" +
           packets + R"(,"orig_ip_bytes":1,"resp_pkts":0,"resp_ip_bytes":0})" + "\n";
  };
  const Flows flows = read_json(line("-5", "1") + line("1", "0") + line("1", "1"));
  // A connection without packets is one that was tried: Zeek logs have them.
  EXPECT_EQ(flows.records.size(), 2U);
  EXPECT_THAT(test::reasons(flows.skips),
              ElementsAre(Pair("ts is not a time from 1970 to 2262", 1)));
}

TEST(ZeekTsv, RefusesOtherLogs) {
  EXPECT_THAT(refusal("#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tquery\n"),
              HasSubstr("no column id.orig_p"));
  EXPECT_THAT(refusal("#separator \\x09\n1.0\tx\n"), HasSubstr("#fields"));
  EXPECT_THAT(refusal("#separator \\x09\n"), HasSubstr("#fields"));
}

TEST(ZeekTsv, WritesAStandardLog) {
  Flows flows;
  FlowRecord record;
  record.tuple = {IpAddress::v4(0x01020304), IpAddress::v4(0x05060708), 40000, 53, kUdp};
  record.start_ns = 1713484795943239000;
  record.duration_ns = 64000;
  record.packets = 5;
  record.bytes = 500;
  flows.records = {record};
  flows.columns = {"label", "service", "odd name"};
  flows.extras = {{"a\tb"}, {"dns"}, {""}};
  const std::string text = test::written(open_zeek_tsv_writer, flows);
  EXPECT_THAT(text, HasSubstr("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
                              "#unset_field\t-\n#path\tconn\n#open\t2024-04-18-23-59-55\n"
                              "#fields\tts\tuid\tid.orig_h"));
  EXPECT_THAT(text, HasSubstr("\tip_proto\tlabel\todd_name\n#types\ttime\tstring\taddr\tport"));
  EXPECT_THAT(text, HasSubstr("\n1713484795.943239\tC"));
  EXPECT_THAT(text, HasSubstr("\t1.2.3.4\t40000\t5.6.7.8\t53\tudp\tdns\t0.000064\t-\t-\t-\t-\t-\t-"
                              "\t-\t5\t500\t0\t0\t-\t17\ta\\x09b\t(empty)\n#close\t"
                              "2024-04-18-23-59-55\n"));
  EXPECT_EQ(text, test::written(open_zeek_tsv_writer, flows));
}

TEST(ZeekTsv, UidsAreDistinctAndOfZeeksForm) {
  const Flows flows = read(test::written(open_zeek_tsv_writer, test::random_flows(3, 2000, 0)));
  const auto uids = column(flows, "uid");
  EXPECT_EQ(std::set<std::string>(uids.begin(), uids.end()).size(), 2000U);
  for (const auto& uid : uids) {
    EXPECT_EQ(uid.size(), 18U);
    EXPECT_EQ(uid[0], 'C');
  }
}

TEST(ZeekTsv, KeepsTheOriginatorsShareWhereItFits) {
  Flows flows = read(head() +
                     "1\tC1\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t7\t700\t3\t300\n"
                     "2\tC2\t::1\t1\t::2\t2\ttcp\t-\t-\t-\t-\t7\t700\t3\t300\n");
  flows.records[1].packets = 5;  // no longer the sum of the extra columns
  const Flows back = read(test::written(open_zeek_tsv_writer, flows));
  EXPECT_TRUE(back.records == flows.records);
  EXPECT_THAT(column(back, "uid"), ElementsAre("C1", "C2"));
  EXPECT_THAT(column(back, "orig_pkts"), ElementsAre("7", "5"));
  EXPECT_THAT(column(back, "resp_pkts"), ElementsAre("3", "0"));
  EXPECT_THAT(column(back, "resp_ip_bytes"), ElementsAre("300", "300"));
}

TEST(ZeekTsv, ReadsBackWhatItWrites) {
  Flows flows = test::random_flows(13, 3000, 4);
  flows.columns = {"label", "orig_pkts", "ts", "conn_state"};
  const Flows back = read(test::written(open_zeek_tsv_writer, flows));
  EXPECT_TRUE(back.records == flows.records);
  EXPECT_THAT(back.skips, IsEmpty());
  EXPECT_EQ(column(back, "ts_").size(), 3000U);
}

TEST(ZeekTsv, AnEmptyLogReadsBackAsEmpty) {
  const Flows back = read(test::written(open_zeek_tsv_writer, Flows{}));
  EXPECT_THAT(back.records, IsEmpty());
  EXPECT_THAT(back.skips, IsEmpty());
}

TEST(ZeekJson, ReadsDottedAndNestedFields) {
  const Flows flows = read_json(
      R"({"ts":1664462456.755299123,"id.orig_h":"172.16.1.11","id.orig_p":40042,)"
      R"("id.resp_h":"8.8.8.8","id.resp_p":53,"proto":"udp","duration":0.012166976928710938,)"
      R"("orig_pkts":1,"orig_ip_bytes":60,"resp_pkts":2,"resp_ip_bytes":139,"local_orig":true})"
      "\n\n"
      R"({"ts":"2022-09-29T14:40:56.755299Z","id":{"orig_h":"::1","orig_p":1,"resp_h":"::2",)"
      R"("resp_p":2},"proto":"tcp","orig_pkts":1,"orig_bytes":5,"resp_pkts":0,"resp_bytes":6,)"
      R"("tags":["a","b"],"none":[],"gone":null,"blank":""})"
      "\n");
  ASSERT_EQ(flows.records.size(), 2U);
  EXPECT_THAT(flows.skips, IsEmpty());
  EXPECT_EQ(flows.records[0].start_ns, 1664462456755299123);
  EXPECT_EQ(flows.records[0].duration_ns, 12166977);
  EXPECT_EQ(flows.records[0].packets, 3U);
  EXPECT_EQ(flows.records[0].bytes, 199U);
  EXPECT_EQ(flows.records[1].start_ns, 1664462456755299000);
  EXPECT_EQ(flows.records[1].tuple.dstport, 2);
  EXPECT_EQ(flows.records[1].bytes, 11U);
  EXPECT_THAT(flows.columns,
              ElementsAre("orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "local_orig",
                          "orig_bytes", "resp_bytes", "tags", "none", "gone", "blank"));
  EXPECT_THAT(column(flows, "local_orig"), ElementsAre("T", "-"));
  EXPECT_THAT(column(flows, "tags"), ElementsAre("-", "a,b"));
  EXPECT_THAT(column(flows, "none"), ElementsAre("-", "(empty)"));
  EXPECT_THAT(column(flows, "gone"), ElementsAre("-", "-"));
  EXPECT_THAT(column(flows, "blank"), ElementsAre("-", "(empty)"));
}

std::string json_line(const std::string& more) {
  return R"({"ts":1,"id.orig_h":"::1","id.orig_p":1,"id.resp_h":"::2","id.resp_p":2,)"
         R"("proto":"tcp","orig_pkts":1,"orig_ip_bytes":2,"resp_pkts":3,"resp_ip_bytes":4)" +
         more + "}\n";
}

TEST(ZeekJson, FieldsThatComeLateAreCounted) {
  std::string text;
  for (int i = 0; i < 4096; ++i) {
    text += json_line("");
  }
  const Flows flows = read_json(text + json_line(R"(,"late":1)"));
  EXPECT_EQ(flows.records.size(), 4097U);
  EXPECT_EQ(flows.columns.size(), 4U);
  EXPECT_THAT(test::reasons(flows.skips),
              ElementsAre(Pair("field late is not in the first lines", 4097)));
}

TEST(ZeekJson, CountsDamagedLines) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += R"({"a":)";
  }
  const Flows flows =
      read_json(json_line("") + "{\"ts\":1\n" + "[1]\n" + "\"x\"\n" + deep + "\n" + "{\"ts\":1}\n" +
                "\xff\n" + json_line(R"(,"a":[[[[1]]]])") + std::string(100000, '[') + "\n");
  EXPECT_EQ(flows.records.size(), 2U);
  EXPECT_THAT(test::reasons(flows.skips),
              ElementsAre(Pair("the line is not a JSON object of depth 8 or less", 2),
                          Pair("id.orig_h is not an address", 6)));
  EXPECT_EQ(flows.skips[0].count, 6U);
}

TEST(Zeek, SniffsByContent) {
  EXPECT_TRUE(sniff_zeek_tsv("#separator \\x09\n"));
  EXPECT_TRUE(sniff_zeek_tsv("#fields\tts\n"));
  EXPECT_TRUE(sniff_zeek_tsv("# made by hand\n#fields\tts\n"));
  EXPECT_FALSE(sniff_zeek_tsv("#!/bin/sh\n"));
  EXPECT_TRUE(sniff_zeek_json(json_line("")));
  EXPECT_FALSE(sniff_zeek_json(R"({"ts":1,"query":"x","id.orig_h":"::1"})"));
}

TEST(Zeek, ReadsLabelledLogs) {
  TRACETWIN_NEED_SHARED(shared);
  const std::map<std::string, std::size_t> rows = {{"a", 5663}, {"b", 5347}, {"c", 9048}};
  for (const auto& [name, count] : rows) {
    const auto file = "workstation-" + name + ".zeek.conn.log.labeled.zst";
    const Flows flows = test::read_all(open_trace(shared / "data/flows" / file));
    EXPECT_EQ(flows.records.size(), count);
    EXPECT_THAT(flows.skips, IsEmpty());
    EXPECT_THAT(flows.columns, Contains("detailedlabel"));
    const Flows back = read(test::written(open_zeek_tsv_writer, flows));
    EXPECT_TRUE(back.records == flows.records);
    for (const auto& extra : flows.columns) {
      EXPECT_EQ(column(back, extra), column(flows, extra)) << extra;
    }
  }
}

TEST(Zeek, ReadsJsonLines) {
  TRACETWIN_NEED_SHARED(shared);
  const auto path = shared / "data/parsers/flows/zeek-json.conn.log.zst";
  const Flows flows = test::read_all(open_trace(path));
  EXPECT_EQ(flows.records.size(), 4504U);
  EXPECT_THAT(flows.skips, IsEmpty());
  EXPECT_EQ(flows.records[0].start_ns, 1664462456755299000);
}

// The CSV was made of the day's whole traffic; the log ends where Zeek began a new file. The 14
// rows that only the CSV has are connections that Zeek still held open then.
TEST(Zeek, AgreesWithTheCsvOfTheSameTraffic) {
  TRACETWIN_NEED_SHARED(shared);
  const Flows log = test::read_all(open_trace(shared / "data/flows/cloudserver.zeek.conn.log.zst"));
  const Flows csv = test::read_all(open_trace(shared / "data/flows/cloudserver.csv.zst"));
  ASSERT_EQ(log.records.size(), 31367U);
  ASSERT_EQ(csv.records.size(), 31381U);
  const auto key = [](const Flows& flows, std::size_t row, std::string_view state) {
    const FlowRecord& record = flows.records[row];
    FiveTuple tuple = record.tuple;
    tuple.proto = tuple.proto == kIcmpV6 ? std::uint8_t{kIcmp} : tuple.proto;  // "ICMP" in the CSV
    return std::tuple(tuple, record.start_ns, record.duration_ns, record.packets, record.bytes,
                      column(flows, "service")[row], column(flows, state)[row]);
  };
  std::multiset<decltype(key(log, 0, "conn_state"))> rest;
  for (std::size_t row = 0; row < csv.records.size(); ++row) {
    rest.insert(key(csv, row, "type"));
  }
  for (std::size_t row = 0; row < log.records.size(); ++row) {
    const auto found = rest.find(key(log, row, "conn_state"));
    ASSERT_NE(found, rest.end()) << "record " << row;
    rest.erase(found);
  }
  EXPECT_EQ(rest.size(), 14U);
}

}  // namespace
}  // namespace tracetwin
