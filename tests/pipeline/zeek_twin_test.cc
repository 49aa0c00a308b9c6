#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "jobs.h"

namespace tracetwin {
namespace {

using test::job_for;
using test::Synthesize;

/// A connection log as JSON lines: answered questions, and scans that nobody answers.
std::string connections(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const bool scan = i % 4 == 0;
    text += fmt::format(
        R"({{"ts":{},"id.orig_h":"10.0.0.{}","id.orig_p":{},"id.resp_h":"10.0.1.1",)"
        R"("id.resp_p":{},"proto":"tcp","duration":1.5,"conn_state":"{}","orig_pkts":{},)"
        R"("orig_ip_bytes":{},"resp_pkts":{},"resp_ip_bytes":{}}})"
        "\n",
        1'700'000'000 + i, 1 + i % 9, 40000 + i, scan ? 23 : 443, scan ? "S0" : "SF", scan ? 1 : 5,
        scan ? 40 : 500, scan ? 0 : 15, scan ? 0 : 15000);
  }
  return text;
}

std::size_t position(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

class ZeekTwin : public Synthesize {};

TEST_F(ZeekTwin, BothDirectionsAreTold) {
  test::write_file(folder_ / "real.json", connections(8000));
  auto job = job_for(folder_ / "real.json", folder_ / "conn.log");
  synthesize(job, {});
  AnyReader reader = open_trace(folder_ / "conn.log");
  auto& flows = *std::get<std::unique_ptr<FlowReader>>(reader);
  FlowBatch batch;
  int answered = 0;
  int scans = 0;
  int all = 0;
  while (flows.next(batch)) {
    const auto& packets = batch.extras[position(flows.extra_columns(), "orig_pkts")];
    const auto& bytes = batch.extras[position(flows.extra_columns(), "orig_ip_bytes")];
    const auto& states = batch.extras[position(flows.extra_columns(), "conn_state")];
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const FlowRecord& record = batch.records[i];
      const std::uint64_t sent = std::stoull(std::string(packets[i]));
      const std::uint64_t octets = std::stoull(std::string(bytes[i]));
      ASSERT_LE(sent, record.packets);
      ASSERT_GE(octets, 20 * sent);
      ASSERT_GE(record.bytes - octets, 20 * (record.packets - sent));
      answered += states[i] == "SF" && sent * 2 < record.packets ? 1 : 0;
      scans += states[i] == "S0" && sent == record.packets ? 1 : 0;
      ++all;
    }
  }
  EXPECT_NEAR(all, 8000, 800);
  EXPECT_GT(answered, 0.6 * all);
  EXPECT_GT(scans, 0.15 * all);
}

}  // namespace
}  // namespace tracetwin
