#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

json facts_of(Program& program, const std::string& file) {
  const auto outcome = program.run("inspect --json " + file);
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  return json::parse(outcome.out);
}

int lines_of(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Convert, CaptureThroughPcapngAndPackingComesBackToTheByte) {
  Program program;
  const std::string capture = sample_pcap(500);
  program.write("a.pcap", capture);
  for (const std::string between : {"b.pcapng", "b.pcapng.gz", "b.pcapng.zst", "b.pcap.gz"}) {
    ASSERT_EQ(program.run("convert a.pcap " + between).exit, 0) << between;
    ASSERT_EQ(program.run("convert -f " + between + " c.pcap --format pcap").exit, 0) << between;
    const std::string back = program.read("c.pcap");
    EXPECT_EQ(facts_of(program, "c.pcap")["packets"], 500) << between;
    if (between == "b.pcap.gz") {
      EXPECT_EQ(back, capture);
    }
  }
}

TEST(Convert, SaysWhatItDidOnStandardError) {
  Program program;
  program.write("a.pcap", sample_pcap(1500));
  const auto outcome = program.run("convert a.pcap b.pcapng");
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "a.pcap: read 1,500 frames (pcap)\n"
            "b.pcapng: wrote 1,500 frames (pcapng)\n");
  EXPECT_EQ(program.run("convert a.pcap b.pcapng --force --quiet").err, "");
}

TEST(Convert, FramesThatAreNotIpAreKeptInCaptures) {
  Program program;
  program.write("a.pcap", pcap_header() + pcap_record(0, arp_frame()));
  const auto outcome = program.run("convert a.pcap b.pcap");
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(program.read("b.pcap"), program.read("a.pcap"));
}

TEST(Convert, EmptyCaptureStaysAnEmptyCapture) {
  Program program;
  program.write("a.pcap", pcap_header(101, 96));
  EXPECT_EQ(program.run("convert a.pcap b.pcap").exit, 0);
  EXPECT_EQ(program.read("b.pcap"), program.read("a.pcap"));
}

TEST(Convert, CaptureToPacketTableAndBack) {
  Program program;
  program.write("a.pcap", sample_pcap(300));
  ASSERT_EQ(program.run("convert a.pcap p.csv").exit, 0);
  EXPECT_EQ(lines_of(program.read("p.csv")), 301);
  const auto outcome = program.run("convert p.csv b.pcap");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const auto before = facts_of(program, "a.pcap");
  const auto after = facts_of(program, "b.pcap");
  for (const char* key : {"packets", "flows", "bytes", "time", "ip_sizes", "protocols"}) {
    EXPECT_EQ(before[key], after[key]) << key;
  }
}

TEST(Convert, CaptureToFlowTableHasARecordADirection) {
  Program program;
  program.write("a.pcap", sample_pcap(1400));
  const auto outcome = program.run("convert a.pcap f.csv --format flow-csv");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(lines_of(program.read("f.csv")), 1 + 4);
  const auto facts = facts_of(program, "f.csv");
  EXPECT_EQ(facts["packets"], 1400);
  EXPECT_EQ(facts["bytes"], 1400 * 340);
}

TEST(Convert, CaptureToZeekHasConnectionsWithBothDirections) {
  Program program;
  program.write("a.pcap", sample_pcap(1400));
  ASSERT_EQ(program.run("convert a.pcap conn.log").exit, 0);
  const auto facts = facts_of(program, "conn.log");
  EXPECT_EQ(facts["format"], "zeek");
  EXPECT_EQ(facts["flows"], 2);
  EXPECT_EQ(facts["packets"], 1400);
  ASSERT_EQ(program.run("convert conn.log f.csv --format flow-csv").exit, 0);
  EXPECT_THAT(program.read("f.csv"), HasSubstr("orig_pkts"));
  EXPECT_THAT(program.read("f.csv"), HasSubstr(",350,"));  // each way of each connection
}

TEST(Convert, FlowsKeepTheirFurtherColumns) {
  Program program;
  program.write("f.csv", sample_flow_csv(100));
  ASSERT_EQ(program.run("convert f.csv conn.log").exit, 0);
  ASSERT_EQ(program.run("convert conn.log g.csv --format flow-csv").exit, 0);
  const auto before = facts_of(program, "f.csv");
  const auto after = facts_of(program, "g.csv");
  for (const char* key : {"flows", "packets", "bytes", "time", "talkers"}) {
    EXPECT_EQ(before[key], after[key]) << key;
  }
  EXPECT_THAT(program.read("g.csv"), HasSubstr("label"));
}

TEST(Convert, FlowLogHasNoPackets) {
  Program program;
  program.write("f.csv", sample_flow_csv(5));
  const auto outcome = program.run("convert f.csv b.pcap");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_THAT(outcome.err,
              StartsWith("tracetwin: f.csv is a flow log: it has no packets to write as pcap\n"));
  EXPECT_THAT(program.files(), testing::ElementsAre("f.csv"));
}

TEST(Convert, StandardInputAndOutput) {
  Program program;
  program.write("a.pcap", sample_pcap(50));
  const auto outcome = program.shell(
      "$tracetwin convert - - --format pcapng < a.pcap | $tracetwin convert - b.pcap");
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(facts_of(program, "b.pcap")["packets"], 50);
  const auto unnamed = program.run("convert a.pcap -");
  EXPECT_EQ(unnamed.exit, 2);
  EXPECT_THAT(unnamed.err, HasSubstr("--format"));
}

TEST(Convert, UnknownFormatSuggestsTheNearest) {
  Program program;
  program.write("a.pcap", sample_pcap(5));
  const auto outcome = program.run("convert a.pcap b --format pcapg");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_THAT(outcome.err, HasSubstr("Did you mean pcap"));
  EXPECT_EQ(program.run("convert a.pcap b --format zeek-json").exit, 2);
  EXPECT_EQ(program.run("convert a.pcap b.docx").exit, 2);
  EXPECT_THAT(program.files(), testing::ElementsAre("a.pcap"));
}

TEST(Convert, SharedCapturesSurvivePcapngToTheByte) {
  TRACETWIN_NEED_SHARED(shared);
  Program program;
  const auto capture = (shared / "data/packets/apps-1h.pcap.zst").string();
  const auto outcome = program.shell("$tracetwin convert '" + capture +
                                     "' a.pcap && $tracetwin convert a.pcap b.pcapng && "
                                     "$tracetwin convert b.pcapng c.pcap");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const auto a = facts_of(program, "a.pcap");
  const auto c = facts_of(program, "c.pcap");
  for (const char* key : {"packets", "flows", "bytes", "wire_bytes", "captured_bytes", "talkers"}) {
    EXPECT_EQ(a[key], c[key]) << key;
  }
  EXPECT_EQ(program.read("a.pcap").substr(24), program.read("c.pcap").substr(24));
}

}  // namespace
}  // namespace tracetwin::test
