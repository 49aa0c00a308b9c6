#include "stream/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tracetwin::stream {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// Packets at these times.
class TimedPackets final : public PacketReader {
 public:
  explicit TimedPackets(std::vector<std::int64_t> times) : times_(std::move(times)) {}
  bool next(Packet& packet) override {
    if (at_ == times_.size()) {
      return false;
    }
    packet.time_ns = times_[at_++];
    return true;
  }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return at_; }

 private:
  std::vector<std::int64_t> times_;
  std::size_t at_ = 0;
  SourceInfo info_;
  Skips skips_;
};

/// Flow records that start then, `batch` at a time.
class TimedFlows final : public FlowReader {
 public:
  TimedFlows(std::vector<std::int64_t> times, std::size_t batch)
      : times_(std::move(times)), batch_(batch) {}
  bool next(FlowBatch& batch) override {
    batch.clear();
    batch.extras.resize(1);
    for (; at_ < times_.size() && batch.records.size() < batch_; ++at_) {
      batch.records.emplace_back().start_ns = times_[at_];
      batch.extras[0].append(std::to_string(times_[at_]));
    }
    return !batch.records.empty();
  }
  const std::vector<std::string>& extra_columns() const override { return columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return at_; }

 private:
  std::vector<std::int64_t> times_;
  std::size_t batch_;
  std::size_t at_ = 0;
  std::vector<std::string> columns_ = {"label"};
  SourceInfo info_;
  Skips skips_;
};

using Cut = std::vector<std::pair<std::int64_t, std::vector<std::int64_t>>>;

Cut packets_of(std::vector<std::int64_t> times, std::int64_t from = 0) {
  Windows windows(std::make_unique<TimedPackets>(std::move(times)), 10, from);
  Cut cut;
  while (const auto begin = windows.next()) {
    auto& [at, found] = cut.emplace_back(*begin, std::vector<std::int64_t>());
    AnyReader reader = windows.reader();
    for (Packet packet; std::get<std::unique_ptr<PacketReader>>(reader)->next(packet);) {
      found.push_back(packet.time_ns);
    }
    EXPECT_EQ(windows.records(), found.size());
  }
  return cut;
}

Cut flows_of(std::vector<std::int64_t> times, std::size_t batch, std::uint64_t* late = nullptr) {
  Windows windows(std::make_unique<TimedFlows>(std::move(times), batch), 10, 0);
  Cut cut;
  while (const auto begin = windows.next()) {
    auto& [at, found] = cut.emplace_back(*begin, std::vector<std::int64_t>());
    AnyReader any = windows.reader();
    auto& reader = *std::get<std::unique_ptr<FlowReader>>(any);
    EXPECT_THAT(reader.extra_columns(), ElementsAre("label"));
    for (FlowBatch read; reader.next(read);) {
      for (std::size_t i = 0; i < read.records.size(); ++i) {
        found.push_back(read.records[i].start_ns);
        EXPECT_EQ(read.extras[0][i], std::to_string(found.back()));
      }
    }
    if (late != nullptr) {
      *late += windows.take_late();
    }
  }
  return cut;
}

TEST(Windows, BeginAtMultiplesOfTheirLength) {
  EXPECT_THAT(packets_of({13, 19, 20, 29, 30}),
              ElementsAre(Pair(10, ElementsAre(13, 19)), Pair(20, ElementsAre(20, 29)),
                          Pair(30, ElementsAre(30))));
}

TEST(Windows, EmptyOnesArePassedOver) {
  EXPECT_THAT(packets_of({3, 1000}),
              ElementsAre(Pair(0, ElementsAre(3)), Pair(1000, ElementsAre(1000))));
  EXPECT_THAT(packets_of({}), ElementsAre());
}

TEST(Windows, WhatComesLateIsLeftOut) {
  EXPECT_THAT(packets_of({11, 21, 12, 22}),
              ElementsAre(Pair(10, ElementsAre(11)), Pair(20, ElementsAre(21, 22))));
}

TEST(Windows, WhatWasDoneBeforeIsPassedOver) {
  EXPECT_THAT(packets_of({11, 21, 31}, 20),
              ElementsAre(Pair(20, ElementsAre(21)), Pair(30, ElementsAre(31))));
}

TEST(Windows, FlowRecordsAreCutInsideBatches) {
  for (const std::size_t batch : {1, 2, 3, 100}) {
    std::uint64_t late = 0;
    EXPECT_THAT(flows_of({1, 2, 11, 3, 12, 45, 46}, batch, &late),
                ElementsAre(Pair(0, ElementsAre(1, 2)), Pair(10, ElementsAre(11, 12)),
                            Pair(40, ElementsAre(45, 46))))
        << batch;
    EXPECT_EQ(late, 1U) << batch;
  }
}

TEST(Windows, WhatIsNotReadIsPassedOver) {
  Windows windows(std::make_unique<TimedPackets>(std::vector<std::int64_t>{1, 2, 3, 14}), 10, 0);
  EXPECT_EQ(windows.next(), 0);
  EXPECT_EQ(windows.next(), 10);
  EXPECT_EQ(windows.next(), std::nullopt);
}

}  // namespace
}  // namespace tracetwin::stream
