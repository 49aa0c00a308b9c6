#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/captures.h"
#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(Inspect, CountsACapture) {
  Program program;
  program.write("a.pcap", sample_pcap(1400));
  const auto outcome = program.run("inspect a.pcap --json");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const auto facts = json::parse(outcome.out);
  EXPECT_EQ(facts["kind"], "packets");
  EXPECT_EQ(facts["format"], "pcap");
  EXPECT_EQ(facts["compression"], "");
  EXPECT_EQ(facts["link_types"][0]["name"], "Ethernet");
  EXPECT_EQ(facts["snap_length"], 65535);
  EXPECT_EQ(facts["nanoseconds"], false);
  EXPECT_EQ(facts["packets"], 1400);
  EXPECT_EQ(facts["flows"], 2);
  // payloads 0, 100 … 600 in turn: 300 in the mean, behind 40 bytes of headers
  EXPECT_EQ(facts["bytes"], 1400 * 340);
  EXPECT_EQ(facts["wire_bytes"], 1400 * 354);
  EXPECT_EQ(facts["ip_sizes"]["min"], 40);
  EXPECT_EQ(facts["ip_sizes"]["p50"], 340);
  EXPECT_EQ(facts["ip_sizes"]["max"], 640);
  EXPECT_EQ(facts["time"]["first"], "2024-01-01T00:00:00Z");
  EXPECT_EQ(facts["time"]["last"], "2024-01-01T00:00:01.399Z");
  EXPECT_EQ(facts["time"]["out_of_order"], 0);
  EXPECT_EQ(facts["protocols"].size(), 1U);
  EXPECT_EQ(facts["protocols"][0]["name"], "TCP");
  EXPECT_EQ(facts["protocols"][0]["packets"], 1400);
  EXPECT_EQ(facts["ip_versions"]["4"]["packets"], 1400);
  EXPECT_EQ(facts["ip_versions"]["6"]["packets"], 0);
  EXPECT_EQ(facts["talkers"]["exact"], true);
  EXPECT_EQ(facts["talkers"]["hosts"], 2);
  EXPECT_EQ(facts["talkers"]["top"][0]["address"], "10.0.0.1");
  EXPECT_EQ(facts["talkers"]["top"][0]["bytes"], 1400 * 340);
  EXPECT_EQ(facts["skipped"]["total"], 0);
}

TEST(Inspect, TextIsForPeople) {
  Program program;
  program.write("a.pcap", sample_pcap(1400));
  const auto outcome = program.run("inspect a.pcap");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1,400"));
  EXPECT_THAT(outcome.out, HasSubstr("TCP"));
  EXPECT_THAT(outcome.out, HasSubstr("10.0.0.2"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("Skipped")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(outcome.err, "");
}

TEST(Inspect, TopLimitsTheHosts) {
  Program program;
  program.write("a.pcap", sample_pcap(10));
  EXPECT_THAT(program.run("inspect a.pcap --top 1").out, Not(HasSubstr("10.0.0.2")));
  EXPECT_EQ(json::parse(program.run("inspect a.pcap --top 0 --json").out)["talkers"]["top"].size(),
            0U);
}

TEST(Inspect, TimeoutsEndFlows) {
  Program program;
  program.write("a.pcap", sample_pcap(1400));
  const auto facts = json::parse(program.run("inspect a.pcap --json --active-timeout 500ms").out);
  EXPECT_GT(facts["flows"], 2);
  EXPECT_EQ(facts["active_timeout_ns"], 500'000'000);
}

TEST(Inspect, SaysWhatWasSkippedAndWhereItBegan) {
  Program program;
  std::string capture = pcap_header();
  for (int i = 0; i < 5; ++i) {
    capture += pcap_record(i, i == 1 || i == 3 ? arp_frame() : ethernet_frame({}));
  }
  program.write("a.pcap", capture);
  const auto facts = json::parse(program.run("inspect a.pcap --json").out);
  EXPECT_EQ(facts["packets"], 3);
  ASSERT_EQ(facts["skipped"]["reasons"].size(), 1U);
  EXPECT_THAT(facts["skipped"]["reasons"][0]["reason"], HasSubstr("ARP"));
  EXPECT_EQ(facts["skipped"]["reasons"][0]["count"], 2);
  EXPECT_EQ(facts["skipped"]["reasons"][0]["first"], 2);
  EXPECT_THAT(program.run("inspect a.pcap").out, HasSubstr("Skipped"));
}

TEST(Inspect, FlowLogAndItsColumns) {
  Program program;
  program.write("f.csv", sample_flow_csv(100));
  const auto facts = json::parse(program.run("inspect f.csv --json").out);
  EXPECT_EQ(facts["kind"], "flows");
  EXPECT_EQ(facts["flows"], 100);
  EXPECT_EQ(facts["packets"], 5050);
  EXPECT_EQ(facts["bytes"], 505'000);
  EXPECT_EQ(facts["mean_duration_ns"], 250'000'000);
  EXPECT_EQ(facts["time"]["last"], "2024-01-01T00:00:00.349Z");
  ASSERT_EQ(facts["columns"].size(), 1U);
  EXPECT_EQ(facts["columns"][0]["name"], "label");
  EXPECT_EQ(facts["columns"][0]["distinct"], 2);
  EXPECT_EQ(facts["columns"][0]["values"][0]["flows"], 50);
  EXPECT_THAT(program.run("inspect f.csv").out, HasSubstr("bad 50, good 50"));
}

TEST(Inspect, StandardInput) {
  Program program;
  program.write("a.pcap", sample_pcap(20));
  const auto outcome = program.run("inspect - --json < a.pcap");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["name"], "standard input");
}

TEST(Inspect, PackedInput) {
  Program program;
  program.write("a.pcap", sample_pcap(20));
  const auto outcome = program.shell("gzip a.pcap && $tracetwin inspect a.pcap.gz --json");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["compression"], "gzip");
}

TEST(Inspect, SharedCapture) {
  TRACETWIN_NEED_SHARED(shared);
  const auto capture = (shared / "data/packets/apps-1h.pcap.zst").string();
  const auto outcome = Program().run("inspect --json '" + capture + "'");
  ASSERT_EQ(outcome.exit, 0) << outcome.err;
  const auto facts = json::parse(outcome.out);
  EXPECT_EQ(facts["packets"].get<int>() + facts["skipped"]["total"].get<int>(), 189'632);
  EXPECT_EQ(facts["compression"], "zstd");
  EXPECT_EQ(facts["snap_length"], 128);
}

}  // namespace
}  // namespace tracetwin::test
