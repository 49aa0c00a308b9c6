// Every rule with a record that keeps it, one that breaks it and, where there is such a thing, one
// that it says nothing about.
#include "evaluate/validity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "small_trace.h"

namespace tracetwin::evaluate {
namespace {

using Flow = SmallFlow;
using Packet = SmallPacket;
constexpr std::uint8_t kIcmpNumber = 1;
constexpr std::uint8_t kTcpNumber = 6;
constexpr std::uint8_t kUdpNumber = 17;
constexpr std::uint8_t kGre = 47;

template <class Row>
struct Case {
  const char* rule;
  Row keeps;
  Row breaks;
  std::optional<Row> not_asked;

  Case(const char* name, Row keeper, Row breaker, std::optional<Row> other = {})
      : rule(name), keeps(keeper), breaks(breaker), not_asked(std::move(other)) {}
};

Flow flow(std::uint16_t from, std::uint16_t to, std::uint8_t proto, double packets, double bytes,
          double duration = 0) {
  return {1, 2, from, to, proto, 0, duration, packets, bytes};
}

template <class Row>
void check(const std::vector<Case<Row>>& cases) {
  for (const Case<Row>& one : cases) {
    std::vector<Row> twin = {one.keeps, one.keeps, one.keeps, one.breaks};
    if (one.not_asked) {
      twin.push_back(*one.not_asked);
    }
    const SmallPair traces = small_pair(std::vector{one.keeps}, twin);
    const auto groups = validity_groups(traces.pair());
    const std::string id = std::string("rules.") + one.rule;
    EXPECT_DOUBLE_EQ(value_of(groups, id), 75) << id;
    EXPECT_EQ(metric_of(groups, id).floor, 100) << id;
    if (one.not_asked) {
      const SmallPair silent = small_pair(std::vector{one.keeps}, std::vector{*one.not_asked});
      EXPECT_FALSE(metric_of(validity_groups(silent.pair()), id).value) << id;
    }
  }
}

TEST(Validity, OfFlows) {
  const Flow fine = flow(1000, 80, kTcpNumber, 2, 80);
  const Flow ping = flow(8, 0, kIcmpNumber, 1, 84);
  const Flow tunnel = flow(0, 0, kGre, 1, 100);
  check<Flow>({
      {"t1", fine, {kMulticast, 2}},
      {"t1", fine, {kBroadcast, 2}},
      {"t1", fine, {1, kZero}},
      {"t1b", fine, {kLoopback, 2}},
      {"t1b", fine, {kZero, 2}},
      {"t1b", fine, {kReserved, 2}},
      {"t2", fine, flow(1000, 80, kTcpNumber, 2, 79), ping},
      {"t2", flow(1000, 53, kUdpNumber, 1, 28), flow(1000, 53, kUdpNumber, 1, 27), ping},
      {"t2", flow(1000, 53, kUdpNumber, 2, 131070), flow(1000, 53, kUdpNumber, 2, 131071), ping},
      {"t2r", flow(1000, 53, kUdpNumber, 2, 84), flow(1000, 53, kUdpNumber, 2, 83), tunnel},
      {"t3", fine, flow(1000, 80, kUdpNumber, 1, 80), flow(1000, 2000, kTcpNumber, 1, 80)},
      {"t3", flow(80, 123, kUdpNumber, 1, 80), flow(123, 80, kUdpNumber, 1, 80), ping},
      {"t3r_web", fine, flow(443, 1000, kUdpNumber, 1, 80), flow(1000, 22, kUdpNumber, 1, 80)},
      {"t3r_dns", flow(1000, 53, kUdpNumber, 1, 80), flow(1000, 53, kTcpNumber, 1, 80), fine},
      {"t5", tunnel, flow(1, 0, kGre, 1, 100), fine},
      {"t5b", fine, flow(0, 80, kTcpNumber, 1, 80), ping},
      {"t6", fine, flow(1000, 80, kTcpNumber, 0, 80)},
      {"t6", fine, flow(1000, 80, kTcpNumber, 1, 0)},
      {"t6", fine, flow(1000, 80, kTcpNumber, 1, 80, -1)},
      {"t7", flow(1000, 80, kTcpNumber, 1, 80), flow(1000, 80, kTcpNumber, 1, 80, 2), fine},
      {"t7b", fine, flow(1000, 80, kTcpNumber, 2, 80, 2)},
      {"t9", flow(1000, 80, kTcpNumber, 2, 3000), flow(1000, 80, kTcpNumber, 2, 3001)},
      {"t10", fine, {1, 1}},
  });
}

TEST(Validity, OfPackets) {
  const auto packet = [](double length, std::uint8_t proto) {
    return Packet{1, 2, 0, length, 64, proto};
  };
  const auto marked = [](std::uint32_t flag, std::uint32_t off) {
    return Packet{1, 2, 0, 100, 64, kUdpNumber, flag, off};
  };
  const Packet fine = packet(100, kUdpNumber);
  check<Packet>({
      {"t1", fine, {kMulticast, 2}},
      {"t4", packet(40, kTcpNumber), packet(39, kTcpNumber), packet(39, kIcmpNumber)},
      {"t4", packet(28, kUdpNumber), packet(27, kUdpNumber)},
      {"t4b", packet(20, kGre), packet(19, kGre)},
      {"t4b", packet(65535, kGre), packet(65536, kGre)},
      {"t8", fine, {1, 2, 0, 100, 0}},
      {"t8b", fine, marked(4, 0)},
      {"t8c", marked(0, 1), marked(2, 1), fine},
      {"t9", packet(1500, kUdpNumber), packet(1501, kUdpNumber)},
      {"t10", fine, {1, 1}},
  });
}

TEST(Validity, CountsWhatCannotBeRead) {
  SmallPair traces =
      small_pair(std::vector{Flow{1, 2}}, std::vector{Flow{1, 2}, Flow{1, 2}, Flow{1, 2}});
  traces.synthetic.columns.skips.add("no record", 2);
  EXPECT_DOUBLE_EQ(value_of(validity_groups(traces.pair()), "file.readable"), 75);
}

TEST(Validity, IsTheDifferenceUnlessTheRuleIsHard) {
  const Flow odd_port = flow(1000, 80, kUdpNumber, 1, 80);
  const Flow fine = flow(1000, 80, kTcpNumber, 2, 80);
  const Flow small = flow(1000, 80, kTcpNumber, 2, 79);
  const std::vector<Flow> real(400, fine);
  std::vector<Flow> half = real;
  std::fill(half.begin(), half.begin() + 200, odd_port);
  const SmallPair cleaner = small_pair(half, real);
  const Metric soft = metric_of(validity_groups(cleaner.pair()), "rules.t3");
  EXPECT_EQ(soft.better, Better::kFloor) << "keeping it more often than real data is a fault, too";
  EXPECT_FALSE(soft.hard);
  EXPECT_EQ(soft.n, 400U);
  const Metric hard = metric_of(validity_groups(cleaner.pair()), "rules.t2");
  EXPECT_EQ(hard.better, Better::kHigher);
  EXPECT_TRUE(hard.hard);
  // Of one record that breaks a rule in ten nothing follows yet.
  const SmallPair few = small_pair(real, std::vector<Flow>{small, fine, fine, fine, fine});
  EXPECT_GT(metric_of(validity_groups(few.pair()), "rules.t2").marks->good, 10);
}

TEST(Validity, DataThatNobodyAnswersIsAFaultWhereAnswersWereCaptured) {
  const std::vector<Packet> rows(10, Packet{1, 2});
  SmallPair traces = small_pair(rows, rows);
  CaptureChecks& real = traces.real.columns.checks;
  real.tcp = {100, 100};
  real.answered = 95;
  CaptureChecks& twin = traces.synthetic.columns.checks;
  twin.tcp = {90, 100};
  twin.unanswered = 60;
  EXPECT_DOUBLE_EQ(value_of(validity_groups(traces.pair()), "capture.tcp"), 30);
  real.answered = 10;
  EXPECT_DOUBLE_EQ(value_of(validity_groups(traces.pair()), "capture.tcp"), 90);
}

}  // namespace
}  // namespace tracetwin::evaluate
