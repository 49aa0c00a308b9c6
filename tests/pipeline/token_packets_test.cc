// Twins of captures by networks of tokens whose weights are drawn, not learned: whatever they say,
// conversations are such that they can be.
#include "pipeline/token_packets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "drawn_weights.h"
#include "hostile_model.h"
#include "jobs.h"
#include "pipeline/model_file.h"
#include "pipeline/private_trace.h"
#include "support/support.h"
#include "tokens/choose.h"
#include "traces.h"
#include "where/where.h"

namespace tracetwin {
namespace {

using test::drawn_weights;
using test::job_for;
using test::Synthesize;

class TokenPackets : public Synthesize {
 protected:
  void SetUp() override {
    test::write_packet_log(folder_ / "real.csv", 300, 10);
    auto job = job_for(folder_ / "real.csv", "-").train;
    job.budget.reset();
    model_ = train(job, {});
    job.engine = "autoregressive";
    trace_ = read_private(job, {});
    tokens::Columns columns{model_.schema.fields, model_.vocabularies, {}, model_.window};
    for (const PrivateColumn& column : trace_.columns) {
      columns.keys.push_back(column.values.all<Key>());
    }
    tokens::TokenModel tokens;
    tokens.scheme = choose_scheme(columns, {});
    tokens.options.embedding = 2;
    tokens.options.hidden = 4;
    tokens.records = trace_.rows();
    tokens.weights = drawn_weights(layout_of(tokens.scheme), tokens.options);
    tokens.packets.emplace();
    tokens.packets->scheme = choose_packet_scheme(trace_);
    tokens.packets->options = tokens.options;
    tokens.packets->packets = trace_.steps.size();
    tokens.packets->end_ns = end_of_packets(trace_);
    tokens.packets->sizes = {{}, {1}, {}};
    tokens.packets->weights =
        drawn_weights(layout_of(tokens.packets->scheme), tokens.packets->options);
    model_.tokens = std::move(tokens);
    model_.engine = "autoregressive";
    model_.table = {};
  }

  std::string twin(const GenerateJob& job) {
    write_twin(model_, job, {folder_ / "twin.pcap", "", true}, {});
    return test::read_file(folder_ / "twin.pcap");
  }

  PrivateTrace trace_;
  TwinModel model_;
};

TEST_F(TokenPackets, EveryPacketOfTheCaptureIsARecord) {
  const auto records = packet_records(trace_, model_.tokens->packets->scheme);
  EXPECT_EQ(records.size(), trace_.steps.size());
  const auto layout = layout_of(model_.tokens->packets->scheme);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto record = records.record(i);
    for (std::size_t t = 0; t < layout.size(); ++t) {
      const bool active = is_active(layout, t, record.data());
      ASSERT_EQ(record[t] != autoregressive::kInactive, active);
      ASSERT_TRUE(!active || record[t] < layout[t].choices);
    }
  }
}

TEST_F(TokenPackets, TheSameWhateverTheThreads) {
  GenerateJob job;
  job.seed = 3;
  job.threads = 1;
  const std::string one = twin(job);
  job.threads = 4;
  EXPECT_EQ(twin(job), one);
}

TEST_F(TokenPackets, AsManyPacketsAsTheCaptureAndNoneBehindItsEnd) {
  twin({});
  const auto packets = test::packets_in(folder_ / "twin.pcap");
  const auto learned = static_cast<double>(model_.tokens->packets->packets);
  EXPECT_GT(static_cast<double>(packets.size()), 0.5 * learned);
  EXPECT_LT(static_cast<double>(packets.size()), 2 * learned);
  for (const Packet& packet : packets) {
    EXPECT_GE(packet.time_ns, model_.window.begin);
    EXPECT_LE(packet.time_ns, model_.tokens->packets->end_ns);
  }
}

/// The counts of a row are met however the network draws.
TEST_F(TokenPackets, PlansHaveTheirRowsPacketsAndDuration) {
  const PacketDrawer drawer(*model_.tokens->packets);
  std::vector<Row> rows;
  std::vector<std::uint64_t> streams;
  for (std::size_t r = 0; r < trace_.rows(); ++r) {
    Row row;
    for (const PrivateColumn& column : trace_.columns) {
      row.push_back(column.values[r]);
    }
    rows.push_back(std::move(row));
    streams.push_back(r);
  }
  const auto plans = drawer.plans(rows, streams, 1, model_.tokens->packets->end_ns, 2);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto& packets = plans[r].packets;
    ASSERT_EQ(packets.size(), packets_in(rows[r]));
    ASSERT_TRUE(std::ranges::is_sorted(packets, {}, &PacketPlan::time_ns));
    const auto duration_us = static_cast<std::int64_t>(static_cast<std::uint64_t>(rows[r][6]));
    ASSERT_NEAR(static_cast<double>(packets.back().time_ns - packets.front().time_ns) / 1000,
                static_cast<double>(duration_us), static_cast<double>(packets.size()));
  }
  const auto alone = drawer.plans(std::span(rows).last(1), std::span(streams).last(1), 1,
                                  model_.tokens->packets->end_ns, 1);
  ASSERT_EQ(alone.front().packets.size(), plans.back().packets.size());
  for (std::size_t i = 0; i < alone.front().packets.size(); ++i) {
    EXPECT_EQ(alone.front().packets[i].time_ns, plans.back().packets[i].time_ns);
    EXPECT_EQ(alone.front().packets[i].payload, plans.back().packets[i].payload);
  }
}

TEST_F(TokenPackets, SatisfiesConditions) {
  GenerateJob job;
  job.count = 50;
  job.selection.where = {parse_where("proto=udp")};
  twin(job);
  const auto packets = test::packets_in(folder_ / "twin.pcap");
  EXPECT_GE(packets.size(), 50U);
  for (const Packet& packet : packets) {
    EXPECT_EQ(packet.tuple.proto, kUdp);
  }
}

TEST_F(TokenPackets, GeneratesTheSameAfterReading) {
  const std::string direct = twin({});
  save_model(model_, folder_ / "model.twin", true);
  model_ = read_model(folder_ / "model.twin");
  EXPECT_EQ(twin({}), direct);
}

TEST_F(TokenPackets, HostileFilesAreErrors) {
  const auto refused = [&](const char* key, const nlohmann::json& what) {
    SCOPED_TRACE(key);
    test::expect_refused(model_, folder_,
                         [&](auto& manifest) { manifest["tokens"]["packets"][key] = what; });
  };
  refused("services", {{0, 70000}});
  refused("end_ns", 0);
  refused("packets", std::uint64_t{1} << 50);
  refused("size_edges", {2.0, 1.0});
  refused("size_ratios", {1.0, 1.0});
  refused("size_ratios", {-1.0});
  refused("rate_ratios", {1.0});
  test::expect_refused(model_, folder_, [](auto& manifest) {
    auto& packets = manifest["tokens"]["packets"];
    packets["gap"] = packets["payload"];
  });
}

}  // namespace
}  // namespace tracetwin
