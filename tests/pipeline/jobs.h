#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <variant>
#include <vector>

#include "pipeline/synthesize.h"
#include "support/support.h"
#include "trace/format/format.h"

namespace tracetwin::test {

namespace fs = std::filesystem;

inline SynthesizeJob job_for(const fs::path& input, const fs::path& output, double epsilon = 2) {
  SynthesizeJob job;
  job.train.input = input;
  job.train.budget = dp::Budget{epsilon, 1e-9};
  job.train.insecure_test_seed = 99;
  job.train.seed = 7;
  job.generate.seed = 7;
  job.output.path = output;
  return job;
}

inline std::vector<FlowRecord> flows_in(const fs::path& path) {
  AnyReader reader = open_trace(path);
  auto& flows = *std::get<std::unique_ptr<FlowReader>>(reader);
  std::vector<FlowRecord> records;
  for (FlowBatch batch; flows.next(batch);) {
    records.insert(records.end(), batch.records.begin(), batch.records.end());
  }
  EXPECT_EQ(flows.skips().total(), 0U);
  return records;
}

inline std::vector<Packet> packets_in(const fs::path& path) {
  const auto reader = packets_of(open_trace(path));
  std::vector<Packet> packets;
  for (Packet packet; reader->next(packet);) {
    packets.push_back(packet);
  }
  EXPECT_EQ(reader->skips().total(), 0U);
  return packets;
}

class Synthesize : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

}  // namespace tracetwin::test
