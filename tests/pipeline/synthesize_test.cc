#include "pipeline/synthesize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/error.h"
#include "jobs.h"
#include "pipeline/archive.h"
#include "pipeline/model_file.h"
#include "support/support.h"
#include "trace/format/format.h"
#include "traces.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using test::flows_in;
using test::job_for;
using test::packets_in;
using test::Synthesize;

TEST_F(Synthesize, AFlowLogKeepsItsStructure) {
  test::write_flow_log(folder_ / "real.csv", 8000, 1);
  const auto result = synthesize(job_for(folder_ / "real.csv", folder_ / "twin.csv"), {});
  const auto twin = flows_in(folder_ / "twin.csv");
  EXPECT_EQ(result.written.records, twin.size());
  EXPECT_NEAR(static_cast<double>(twin.size()), 8000, 400);
  std::map<int, int> ports;
  int udp_dns = 0;
  int scans = 0;
  int single_scans = 0;
  for (const FlowRecord& record : twin) {
    ++ports[record.tuple.dstport];
    udp_dns += record.tuple.dstport == 53 && record.tuple.proto == kUdp ? 1 : 0;
    scans += record.tuple.dstport == 22 ? 1 : 0;
    single_scans += record.tuple.dstport == 22 && record.packets == 1 ? 1 : 0;
    ASSERT_GE(record.packets, 1U);
    ASSERT_GE(record.bytes, 28 * record.packets);
    ASSERT_LE(record.bytes, 1500 * record.packets);
    ASSERT_TRUE(record.packets > 1 || record.duration_ns == 0);
    ASSERT_NE(record.tuple.src, record.tuple.dst);
  }
  EXPECT_NEAR(ports[443], 4000, 400);
  EXPECT_NEAR(ports[53], 2000, 300);
  EXPECT_GT(udp_dns, 0.9 * ports[53]);
  EXPECT_GT(single_scans, 0.8 * scans);
}

TEST_F(Synthesize, StartsAreSortedAndNearTheTrace) {
  test::write_flow_log(folder_ / "real.csv", 5000, 2);
  synthesize(job_for(folder_ / "real.csv", folder_ / "twin.csv"), {});
  const auto real = flows_in(folder_ / "real.csv");
  const auto twin = flows_in(folder_ / "twin.csv");
  for (std::size_t i = 1; i < twin.size(); ++i) {
    ASSERT_LE(twin[i - 1].start_ns, twin[i].start_ns);
  }
  constexpr std::int64_t kHour = 3'600'000'000'000;
  EXPECT_GT(twin.front().start_ns, 1'700'000'000'000'000'000 - kHour);
  EXPECT_LT(twin.back().start_ns, 1'700'000'000'000'000'000 + 2 * kHour);
}

TEST_F(Synthesize, TheSameSeedGivesTheSameBytesOnAnyNumberOfThreads) {
  test::write_flow_log(folder_ / "real.csv", 3000, 3);
  std::set<std::string> twins;
  for (const unsigned threads : {1U, 2U, 5U}) {
    auto job = job_for(folder_ / "real.csv", folder_ / "twin.csv");
    job.train.threads = job.generate.threads = threads;
    job.output.force = true;
    synthesize(job, {});
    twins.insert(test::read_file(folder_ / "twin.csv"));
  }
  EXPECT_EQ(twins.size(), 1U);
}

TEST_F(Synthesize, SecureNoiseDiffersFromRunToRun) {
  test::write_flow_log(folder_ / "real.csv", 3000, 3);
  std::set<std::string> twins;
  for (int run = 0; run < 2; ++run) {
    auto job = job_for(folder_ / "real.csv", folder_ / "twin.csv");
    job.train.insecure_test_seed.reset();
    job.output.force = true;
    synthesize(job, {});
    twins.insert(test::read_file(folder_ / "twin.csv"));
  }
  EXPECT_EQ(twins.size(), 2U);
}

TEST_F(Synthesize, ACanaryDoesNotComeBack) {
  const std::string canary =
      "203.0.113.77,192.0.2.99,47123,31337,TCP,1700000000000000,1,3,777,leak\n";
  test::write_flow_log(folder_ / "real.csv", 3000, 4, canary);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto job = job_for(folder_ / "real.csv", folder_ / "twin.csv");
    job.train.insecure_test_seed = seed;
    job.model = folder_ / "model.twin";
    job.output.force = true;
    synthesize(job, {});
    const std::string twin = test::read_file(folder_ / "twin.csv");
    for (const char* secret : {"192.0.2.99", "leak"}) {
      EXPECT_EQ(twin.find(secret), std::string::npos) << secret;
    }
    const auto members = unpack(test::read_file(folder_ / "model.twin"), "model.twin");
    EXPECT_EQ(members.at("manifest.json").find("leak"), std::string::npos);
    EXPECT_EQ(members.at("manifest.json").find("ffffc0000263"), std::string::npos);
  }
}

/// JSON lines have no header, so a single record could add a column.
TEST_F(Synthesize, ARecordOfJsonLinesDoesNotChangeTheSchema) {
  const auto line = [](int i, const std::string& more) {
    return R"({"ts":)" + std::to_string(1.7e9 + i) + R"(,"id.orig_h":"10.0.0.)" +
           std::to_string(1 + i % 9) + R"(","id.orig_p":)" + std::to_string(40000 + i) +
           R"(,"id.resp_h":"10.0.1.1","id.resp_p":53,"proto":"udp","duration":0.1,)" +
           R"("orig_pkts":1,"orig_ip_bytes":60,"resp_pkts":1,"resp_ip_bytes":90)" + more + "}\n";
  };
  std::string plain;
  for (int i = 0; i < 3000; ++i) {
    plain += line(i, "");
  }
  test::write_file(folder_ / "plain.json", plain);
  test::write_file(folder_ / "more.json", line(0, R"(,"service":"dns","strange":"x")") + plain);
  std::vector<std::vector<std::string>> names;
  for (const char* file : {"plain.json", "more.json"}) {
    const TwinModel model = train(job_for(folder_ / file, "").train, {});
    names.emplace_back();
    for (const Field& field : model.schema.fields) {
      names.back().push_back(field.name);
    }
  }
  EXPECT_EQ(names[0], names[1]);
}

TEST_F(Synthesize, SpendsNoMoreThanWasGiven) {
  test::write_flow_log(folder_ / "real.csv", 2000, 5);
  const auto result = synthesize(job_for(folder_ / "real.csv", folder_ / "twin.csv"), {});
  EXPECT_LE(result.ledger.rho_spent, result.ledger.rho_total);
  EXPECT_GT(result.ledger.rho_spent, 0.9 * result.ledger.rho_total);
}

TEST_F(Synthesize, WithoutABudgetTheSummarySaysSo) {
  test::write_flow_log(folder_ / "real.csv", 500, 6);
  auto job = job_for(folder_ / "real.csv", folder_ / "twin.csv");
  job.train.budget.reset();
  job.train.insecure_test_seed.reset();
  const auto result = synthesize(job, {});
  EXPECT_EQ(result.written.records, 500U);
  EXPECT_FALSE(result.ledger.guarantees());
  const auto summary = nlohmann::json::parse(test::read_file(summary_path(folder_ / "twin.csv")));
  EXPECT_EQ(summary["privacy"]["guarantee"], false);
}

TEST_F(Synthesize, ACaptureBecomesALegalCapture) {
  test::write_packet_log(folder_ / "real.csv", 3000, 7);
  const auto result = synthesize(job_for(folder_ / "real.csv", folder_ / "twin.pcap"), {});
  const auto real = packets_in(folder_ / "real.csv");
  const auto twin = packets_in(folder_ / "twin.pcap");
  EXPECT_EQ(result.written.packets, twin.size());
  EXPECT_NEAR(static_cast<double>(twin.size()), static_cast<double>(real.size()),
              0.25 * static_cast<double>(real.size()));
  std::map<int, int> services;
  for (std::size_t i = 0; i < twin.size(); ++i) {
    ASSERT_TRUE(i == 0 || twin[i - 1].time_ns <= twin[i].time_ns);
    ++services[std::min(twin[i].tuple.srcport, twin[i].tuple.dstport)];
  }
  EXPECT_GT(services[80], 10 * services[53] / 2);
  EXPECT_NEAR(services[53], 2000, 500);
}

/// One side of a conversation as its peer sees it.
struct Sent {
  int syn_acks = 0;
  bool spoke = false;
  std::uint32_t ack = 0;
  std::uint16_t window = 0;
};

TEST_F(Synthesize, TcpStreamsSayNothingTwice) {
  test::write_packet_log(folder_ / "real.csv", 3000, 21);
  for (const std::optional<double> epsilon : {std::optional<double>(), std::optional<double>(2)}) {
    auto job = job_for(folder_ / "real.csv", folder_ / "twin.pcap");
    job.output.force = true;
    if (!epsilon) {
      job.train.budget.reset();
      job.train.insecure_test_seed.reset();
    }
    synthesize(job, {});
    std::map<FiveTuple, Sent> senders;
    for (const Packet& packet : packets_in(folder_ / "twin.pcap")) {
      Sent& sent = senders[packet.tuple];
      if (packet.tuple.proto != kTcp || (packet.tcp_flags & (kRst | kFin)) != 0) {
        continue;
      }
      EXPECT_GE(packet.tcp_window, 16);
      const bool empty = packet.tcp_flags == kAck && packet.payload_length == 0;
      EXPECT_FALSE(empty && sent.spoke && sent.ack == packet.tcp_ack &&
                   sent.window == packet.tcp_window)
          << "a duplicate acknowledgement";
      sent.syn_acks += (packet.tcp_flags & (kSyn | kAck)) == (kSyn | kAck) ? 1 : 0;
      EXPECT_LE(sent.syn_acks, 8) << "several conversations may share a tuple";
      sent.spoke = true;
      sent.ack = packet.tcp_ack;
      sent.window = packet.tcp_window;
    }
  }
}

TEST_F(Synthesize, CapturesAreDeterministicToo) {
  test::write_packet_log(folder_ / "real.csv", 1000, 8);
  std::set<std::string> twins;
  for (const unsigned threads : {1U, 3U}) {
    auto job = job_for(folder_ / "real.csv", folder_ / "twin.pcap");
    job.train.threads = job.generate.threads = threads;
    job.output.force = true;
    synthesize(job, {});
    twins.insert(test::read_file(folder_ / "twin.pcap"));
  }
  EXPECT_EQ(twins.size(), 1U);
}

TEST_F(Synthesize, AKindMismatchIsRefused) {
  test::write_flow_log(folder_ / "real.csv", 300, 9);
  EXPECT_THROW(synthesize(job_for(folder_ / "real.csv", folder_ / "twin.pcap"), {}), Error);
  EXPECT_FALSE(fs::exists(folder_ / "twin.pcap"));
}

/// Whether synthesize() refuses `job` before it has learned anything.
bool refused_before_training(const SynthesizeJob& job) {
  bool trained = false;
  try {
    synthesize(job, [&](const ProgressEvent&) { trained = true; });
  } catch (const Error&) {
    return !trained;
  }
  return false;
}

TEST_F(Synthesize, WhatCannotBeWrittenIsRefusedBeforeTraining) {
  test::write_flow_log(folder_ / "real.csv", 300, 9);
  test::write_file(folder_ / "old.twin", "mine");
  auto job = job_for(folder_ / "real.csv", folder_ / "twin.pcap");
  EXPECT_TRUE(refused_before_training(job));
  job.output.path = folder_ / "twin.csv";
  for (const char* model : {"old.twin", "twin.csv", "./twin.csv", "twin.csv.summary.json"}) {
    job.model = folder_ / model;
    EXPECT_TRUE(refused_before_training(job)) << model;
  }
  EXPECT_EQ(test::read_file(folder_ / "old.twin"), "mine");
  EXPECT_FALSE(fs::exists(folder_ / "twin.csv"));
}

TEST_F(Synthesize, ATwinAsPacketTableHasItsFramesLengthsAndDigits) {
  test::write_packet_log(folder_ / "real.csv", 300, 4);
  auto job = job_for(folder_ / "real.csv", folder_ / "twin.csv");
  job.model = folder_ / "model.twin";
  synthesize(job, {});
  for (const Packet& packet : packets_in(folder_ / "twin.csv")) {
    ASSERT_EQ(packet.wire_length, packet.ip_length + 14);
    ASSERT_LE(packet.captured_length, packet.wire_length);
    ASSERT_GE(packet.captured_length, 14U + 20U);
    ASSERT_EQ(packet.time_ns % 1000, 0);
  }
  TwinModel model = read_model(folder_ / "model.twin");
  model.packets->link = LinkType::kRaw;
  model.packets->snap_length = 50;
  write_twin(model, job.generate, {folder_ / "raw.csv", "", false}, {});
  for (const Packet& packet : packets_in(folder_ / "raw.csv")) {
    ASSERT_EQ(packet.wire_length, packet.ip_length);
    ASSERT_LE(packet.captured_length, 50U);
  }
}

TEST_F(Synthesize, AGivenWindowLeavesOutWhatLiesOutside) {
  test::write_flow_log(folder_ / "real.csv", 400, 9);
  const auto real = flows_in(folder_ / "real.csv");
  std::vector<std::int64_t> starts;
  for (const FlowRecord& record : real) {
    starts.push_back(record.start_ns);
  }
  std::sort(starts.begin(), starts.end());
  auto job = job_for(folder_ / "real.csv", folder_ / "twin.csv");
  job.train.budget.reset();
  job.train.insecure_test_seed.reset();
  job.train.declarations.window = Window{starts[100], starts[300]};
  const auto result = synthesize(job, {});
  EXPECT_EQ(result.trained.records, 200U);
  EXPECT_EQ(result.trained.skips.total(), 200U);
  EXPECT_EQ(result.written.records, 200U);
  job.train.declarations.window = Window{0, 1};
  job.output.force = true;
  EXPECT_THROW(synthesize(job, {}), Error);
}

}  // namespace
}  // namespace tracetwin
