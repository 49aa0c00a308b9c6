// What of which files is read: several, folders, filters, windows, samples, columns by other names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

bool has_program(const char* name) {
  return std::system((std::string("command -v ") + name + " >/dev/null 2>&1").c_str()) == 0;
}

json facts_of(Program& program, const std::string& arguments) {
  const auto outcome = program.run("inspect --json " + arguments);
  EXPECT_EQ(outcome.exit, 0) << outcome.err;
  return outcome.exit == 0 ? json::parse(outcome.out) : json();
}

TEST(Intake, SeveralFilesAndFoldersAreOneTrace) {
  Program program;
  fs::create_directories(program / "days");
  program.write("days/1.csv", sample_flow_csv(30));
  program.write("days/2.csv", sample_flow_csv(40));
  program.write("days/notes.txt", "nothing");
  program.write("more.csv", sample_flow_csv(5));
  const auto outcome = program.run("convert days more.csv all.csv --files .csv");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("read 75 flows"));
  EXPECT_EQ(facts_of(program, "days more.csv --files '*.csv'")["flows"], 75);
  EXPECT_EQ(program.run("train days --files .csv -o m.twin --method cliquetree --seed 1").exit, 0);
  const auto mixed = program.run("convert days x.csv");
  EXPECT_EQ(mixed.exit, 2);
  EXPECT_THAT(mixed.err, HasSubstr("notes.txt"));
  EXPECT_FALSE(fs::exists(program / "x.csv"));
  EXPECT_THAT(program.run("convert more.csv x.csv --files .csv").err, HasSubstr("is none"));
}

TEST(Intake, CapturesOfSeveralFilesKeepTheirFrames) {
  Program program;
  program.write("a.pcap", sample_pcap(300));
  program.write("b.pcap", sample_pcap(200));
  ASSERT_EQ(program.run("convert b.pcap b.pcapng").exit, 0);
  const auto outcome = program.run("convert a.pcap b.pcapng - --format pcap > c.pcap");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(facts_of(program, "c.pcap")["packets"], 500);
}

TEST(Intake, FiltersAreThoseOfTcpdump) {
  if (!has_program("tcpdump")) {
    GTEST_SKIP() << "tcpdump is not there";
  }
  Program program;
  program.write("a.pcap",
                pcap_header() +
                    pcap_record(1'000'000, ethernet_frame({.dstport = 80, .payload = 10})) +
                    pcap_record(2'000'000, ethernet_frame({.dstport = 53, .proto = 17})) +
                    pcap_record(3'000'000, arp_frame()) +
                    pcap_record(4'000'000, ethernet_frame({.src = 0x0b000001, .dstport = 443})));
  for (const std::string filter : {"tcp", "udp port 53", "arp", "not ip", "net 10.0.0.0/8 and tcp",
                                   "src host 11.0.0.1", "port 80 or port 443", "greater 60"}) {
    const auto outcome = program.run("convert -f a.pcap b.pcap --filter '" + filter + "'");
    ASSERT_EQ(outcome.exit, 0) << filter << outcome.err;
    program.shell("tcpdump -r a.pcap -w c.pcap '" + filter + "' 2>/dev/null");
    EXPECT_EQ(program.read("b.pcap").substr(24), program.read("c.pcap").substr(24)) << filter;
  }
  const auto nothing = program.run("convert -f a.pcap b.pcap --filter 'port 99'");
  EXPECT_EQ(nothing.exit, 2);
  EXPECT_THAT(nothing.err, HasSubstr("not what the packet filter asks for (4 times"));
  const auto wrong = program.run("inspect a.pcap --filter 'tcp prot 80'");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_THAT(wrong.err, HasSubstr("syntax error"));
}

/// Every capture of the parsers' corpus that tcpdump can read, whatever its link type.
TEST(Intake, FiltersOfRealCapturesAreThoseOfTcpdump) {
  if (!has_program("tcpdump")) {
    GTEST_SKIP() << "tcpdump is not there";
  }
  TRACETWIN_NEED_SHARED(shared);
  Program program;
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(shared / "data/parsers/captures")) {
    const std::string file = "'" + entry.path().string() + "'";
    for (const std::string filter : {"ip and udp or ip6 and tcp"}) {
      program.shell("rm -f c.pcap");
      const auto tcpdump = program.shell("tcpdump -r " + file + " -w c.pcap '" + filter + "'");
      if (tcpdump.exit != 0 || !fs::exists(program / "c.pcap")) {
        continue;
      }
      const std::string wanted = program.shell("tcpdump -n -r c.pcap 2>/dev/null | wc -l").out;
      const auto outcome =
          program.run("convert -f " + file + " b.pcapng --filter '" + filter + "'");
      if (outcome.exit != 0 && wanted != "0\n") {
        continue;  // damage or a link type that only one of the two reads
      }
      const std::string got = outcome.exit != 0
                                  ? "0\n"
                                  : program.shell("tcpdump -n -r b.pcapng 2>/dev/null | wc -l").out;
      EXPECT_EQ(got, wanted) << file << " " << filter;
      ++compared;
    }
  }
  EXPECT_GT(compared, 20);
}

TEST(Intake, FilterSelectWindowAndSampleWorkInEveryCommand) {
  Program program;
  program.write("a.csv", sample_flow_csv(400));
  program.write("a.pcap", sample_pcap(400));
  const auto labels = facts_of(program, "a.csv")["columns"];
  const auto all = facts_of(program, "a.csv");
  const auto tcp = facts_of(program, "a.csv --select 'dstport < 1024'");
  EXPECT_LE(tcp["flows"], all["flows"]);
  const auto half = facts_of(program, "a.csv --sample 1/2 --sample-by record");
  EXPECT_GT(half["flows"], 140);
  EXPECT_LT(half["flows"], 260);
  EXPECT_EQ(half, facts_of(program, "a.csv --sample 0.5 --sample-by record"));
  EXPECT_NE(half, facts_of(program, "a.csv --sample 1/2 --sample-by record --sample-seed 1"));
  const std::string chosen = " --sample 1/2 --sample-by record";
  ASSERT_EQ(program.run("convert a.csv half.csv" + chosen).exit, 0);
  EXPECT_EQ(facts_of(program, "half.csv")["flows"], half["flows"]);
  ASSERT_EQ(program.run("train a.csv -o a.twin --method cliquetree --seed 1" + chosen).exit, 0);
  ASSERT_EQ(program.run("train half.csv -o b.twin --method cliquetree --seed 1").exit, 0);
  EXPECT_EQ(program.read("a.twin"), program.read("b.twin")) << "learned is what was chosen";
  ASSERT_EQ(program.run("synthesize a.csv -o twin.csv --method cliquetree --seed 1" + chosen).exit,
            0);
  const auto judged =
      program.run("evaluate a.csv twin=twin.csv --quick --json - --select 'pkt > 0'");
  EXPECT_EQ(judged.exit, 0) << judged.err;
  const auto early =
      facts_of(program, "a.pcap --window 2024-01-01T00:00:00Z..2024-01-01T00:00:00.100Z");
  EXPECT_EQ(early["packets"], 100);
  EXPECT_GT(facts_of(program, "a.pcap --window 2024-01-01..2024-01-02")["packets"], 100);
  ASSERT_EQ(program
                .run("convert a.pcap some.pcap --filter 'tcp' --window "
                     "2024-01-01T00:00:00.05Z..2024-01-01T00:00:00.100Z")
                .exit,
            0);
  EXPECT_EQ(facts_of(program, "some.pcap")["packets"], 50);
}

TEST(Intake, WhatDoesNotFitTheTraceIsRefused) {
  Program program;
  program.write("a.csv", sample_flow_csv(10));
  program.write("a.pcap", sample_pcap(10));
  const auto expect = [&](const std::string& arguments, const std::string& words) {
    const auto outcome = program.run(arguments);
    EXPECT_EQ(outcome.exit, 2) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(words)) << arguments;
  };
  expect("inspect a.csv --filter tcp", "a packet filter looks at the bytes of packets");
  expect("inspect a.pcap --select 'dstport = 80'", "conditions are about flow records");
  expect("inspect a.csv --select 'dstprt = 80'", "Did you mean 'dstport'?");
  expect("inspect a.csv --select 'dstport'", "is not a condition");
  expect("inspect a.csv --sample 2", "is no share");
  expect("inspect a.csv --sample 1/2 --sample-by host", "Give flow or record");
  expect("inspect a.csv --window yesterday", "is not BEGIN..END");
  expect("inspect a.csv --input-format pcpa", "Did you mean pcap?");
  expect("inspect a.csv --column srcip", "says of no column where it is");
}

TEST(Intake, ColumnsOfAnyTableAreMapped) {
  Program program;
  program.write("odd.csv",
                "when;how long;client;server;cport;sport;n;volume;verdict\n"
                "1700000000123;250;10.0.0.1;10.0.0.2;1024;443;3;300;ok\n"
                "1700000001123;0;10.0.0.1;10.0.0.3;1025;80;1;40;bad\n");
  const auto outcome = program.run(
      "convert odd.csv flows.csv --column srcip=client --column dstip=server --column "
      "srcport=cport --column dstport=sport --column ts=when:ms --column 'td=how long:ms' "
      "--column pkt=n --column byt=volume --column proto:=tcp --column label=verdict");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(program.read("flows.csv"),
            "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n"
            "10.0.0.1,10.0.0.2,1024,443,TCP,1700000000123000,0.25,3,300,ok\n"
            "10.0.0.1,10.0.0.3,1025,80,TCP,1700000001123000,0,1,40,bad\n");
  const auto missing = program.run("convert odd.csv x.csv --column srcip=clint");
  EXPECT_EQ(missing.exit, 2);
  EXPECT_THAT(missing.err, HasSubstr("Did you mean \"client\"?"));
}

TEST(Intake, JsonLinesAreMappedByDottedKeys) {
  Program program;
  program.write("events.jsonl",
                R"({"event":{"start":1700000000.25,"dur":1.5},"src":{"addr":"10.0.0.1","p":1024},)"
                R"("dst":{"addr":"10.0.0.2","p":53},"net":"udp","n":2,"size":200,"tags":["a","b"]})"
                "\n"
                R"({"event":{"start":1700000001},"src":{"addr":"10.0.0.1"},"dst":{"addr":"::1"},)"
                R"("net":6,"n":1,"size":40})"
                "\nnot json\n");
  const std::string map =
      " --column ts=event.start:s --column td=event.dur --column srcip=src.addr --column "
      "srcport=src.p --column dstip=dst.addr --column dstport=dst.p --column proto=net --column "
      "pkt=n --column byt=size --column tags=tags";
  const auto outcome = program.run("convert events.jsonl flows.csv" + map);
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(program.read("flows.csv"),
            "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,tags\n"
            "10.0.0.1,10.0.0.2,1024,53,UDP,1700000000250000,1.5,2,200,\"a,b\"\n"
            "10.0.0.1,::1,0,0,TCP,1700000001000000,0,1,40,-\n");
  EXPECT_THAT(outcome.err, HasSubstr("not a JSON object"));
  EXPECT_EQ(
      program.run("synthesize events.jsonl -o twin.csv --method cliquetree --seed 1" + map).exit,
      0);
  program.write("other.jsonl", "{\"from\": \"10.0.0.1\"}\n");
  EXPECT_THAT(program.run("inspect other.jsonl").err, HasSubstr("--column srcip=PATH"));
  program.write(
      "plain.jsonl",
      R"({"src_ip":"1.2.3.4","dst_ip":"5.6.7.8","proto":"TCP","ts":5,"pkts":1,"bytes":40})"
      "\n");
  EXPECT_EQ(facts_of(program, "plain.jsonl")["format"], "json-lines");
}

/// Argus makes flows of a capture, and ra writes them as the published binetflow files are written.
TEST(Intake, BinetflowOfArgusIsRead) {
  if (!has_program("argus") || !has_program("ra")) {
    GTEST_SKIP() << "argus is not there";
  }
  Program program;
  program.write("a.pcap", sample_pcap(500));
  const auto argus = program.shell(
      "argus -r a.pcap -w a.argus && TZ=UTC ra -n -r a.argus -c , -s stime dur proto saddr sport "
      "dir "
      "daddr dport state stos dtos pkts bytes sbytes >a.binetflow");
  ASSERT_EQ(argus.exit, 0) << argus.err;
  program.shell("sed -i 's/^\\([0-9][0-9]:\\)/2024\\/01\\/01 \\1/' a.binetflow");
  const auto flows = facts_of(program, "a.binetflow");
  const auto packets = facts_of(program, "a.pcap");
  EXPECT_EQ(flows["format"], "binetflow");
  EXPECT_EQ(flows["packets"], packets["packets"]);
  EXPECT_EQ(flows["time"]["first"], packets["time"]["first"]);
  program.write("odd.binetflow",
                "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes\n"
                "2011/08/10 09:46:53.047277,3.5,rtp,1.1.1.1,5000,  <->,2.2.2.2,5002,CON,2,142\n"
                "2011/08/10 09:46:54,0,icmp,1.1.1.1,0x0303,   ->,2.2.2.2,0x97af,URP,1,104\n"
                "2011/08/10 09:46:55,0,icmp,1.1.1.1,0x0008,   ->,2.2.2.2,0x7208,ECO,1,72\n"
                "2011/08/10 09:46:56,0,arp,1.1.1.1,,  who,2.2.2.2,,INT,1,42\n"
                "1312969617.5,0,tcp,1.1.1.1,80,   <-,2.2.2.2,443,FIN,1,42\n");
  const auto outcome = program.run("convert odd.binetflow b.csv");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(program.shell("cut -d, -f1-9 b.csv").out,
            "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n"
            "1.1.1.1,2.2.2.2,5000,5002,UDP,1312969613047277,3.5,2,142\n"
            "1.1.1.1,2.2.2.2,3,3,ICMP,1312969614000000,0,1,104\n"
            "1.1.1.1,2.2.2.2,8,0,ICMP,1312969615000000,0,1,72\n"
            "1.1.1.1,2.2.2.2,80,443,TCP,1312969617500000,0,1,42\n");
  EXPECT_THAT(outcome.err, HasSubstr("Proto is not"));
}

}  // namespace
}  // namespace tracetwin::test
