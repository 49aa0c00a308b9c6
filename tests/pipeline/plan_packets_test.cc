// Properties of planned conversations, under a model that has learned nothing (the public priors,
// which is what noise leaves of rare contexts).
#include "pipeline/plan_packets.h"

#include <gtest/gtest.h>

#include <numeric>

#include "compile/acknowledgements.h"
#include "compile/compiler.h"
#include "compile/tcp_script.h"
#include "encode/step_tables.h"

namespace tracetwin {
namespace {

const PacketModel& model() {
  static const PacketModel kModel = [] {
    auto ledger = dp::Ledger::no_guarantee(dp::Unit::kFlow);
    PrivateColumn column;
    for (const std::uint64_t payload : {0, 24, 120, 517, 900, 1448}) {
      column.values.append(100, payload);
    }
    VocabularyOptions options;
    options.floor = 3;
    auto codes = Vocabulary::learn(payload_field(), {0, 1}, column, options, ledger).vocabulary;
    const StepTables tables = step_tables({}, codes);
    const auto prior_only = [&](const Table& table, std::vector<double> prior) {
      engine::Conditional::Options how;
      how.prior = std::move(prior);
      return engine::Conditional::train(table, how, ledger);
    };
    auto payloads = prior_only(tables.payloads, payload_prior(codes));
    return PacketModel{6,
                       {},
                       LinkType::kEthernet,
                       0,
                       false,
                       std::move(codes),
                       prior_only(tables.directions, turn_prior()),
                       std::move(payloads),
                       prior_only(tables.gaps, gap_prior())};
  }();
  return kModel;
}

constexpr std::int64_t kStart = 1'700'000'000'000'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

ConversationOutline outline_of(std::uint64_t forward, std::uint64_t backward,
                               std::uint32_t forward_mean, std::uint32_t backward_mean,
                               TcpOpen open = TcpOpen::kHandshake,
                               TcpClose close = TcpClose::kFin) {
  ConversationOutline outline;
  outline.plan.tuple = {IpAddress::v4(0x0a000001), IpAddress::v4(0xc0000201), 40000, 80, kTcp};
  outline.plan.open = open;
  outline.plan.close = close;
  outline.start_ns = kStart;
  outline.duration_ns = 10 * kSecond;
  outline.forward_packets = forward;
  outline.backward_packets = backward;
  outline.forward_mean_payload = forward_mean;
  outline.backward_mean_payload = backward_mean;
  return outline;
}

std::vector<TcpRole> roles_of(const ConversationPlan& plan) {
  std::vector<TcpRole> roles;
  for (const TcpStep& step : tcp_script(plan)) {
    roles.push_back(step.role);
  }
  return roles;
}

/// Empty packets that acknowledge nothing.
int idle_acks(const ConversationPlan& plan) {
  OwedAcks owed;
  int idle = 0;
  for (const TcpStep& step : tcp_script(plan)) {
    idle += step.role == TcpRole::kSegment && step.payload == 0 && !owed.owes(step.forward) ? 1 : 0;
    owed.note(step.forward, takes_sequence(step));
  }
  return idle;
}

std::uint64_t payload_of(const ConversationPlan& plan, bool forward) {
  return std::accumulate(plan.packets.begin(), plan.packets.end(), std::uint64_t{0},
                         [forward](std::uint64_t sum, const PacketPlan& packet) {
                           return sum + (packet.forward == forward ? packet.payload : 0);
                         });
}

ConversationOutline random_outline(Random& random) {
  const auto packets = [&] { return 3 + random.below(random.chance(0.2) ? 300 : 20); };
  const auto mean = [&] { return static_cast<std::uint32_t>(10 + random.below(700)); };
  const std::uint64_t forward = packets();
  const std::uint64_t backward = packets();
  return outline_of(forward, backward, mean(), mean(), static_cast<TcpOpen>(random.below(2) * 3),
                    static_cast<TcpClose>(random.below(3)));
}

TEST(PlanPackets, CountsAreExactAndDirectionsThoseOfTheScript) {
  Random random(1);
  for (int i = 0; i < 500; ++i) {
    const ConversationOutline outline = random_outline(random);
    const ConversationPlan plan = plan_packets(outline, model(), {}, random);
    const CapturedSides sides = sides_of(plan);
    ASSERT_EQ(sides.forward, outline.forward_packets);
    ASSERT_EQ(sides.backward, outline.backward_packets);
    const auto script = tcp_script(plan);
    for (std::size_t k = 0; k < script.size(); ++k) {
      ASSERT_EQ(script[k].forward, plan.packets[k].forward) << "plan " << i << ", packet " << k;
    }
  }
}

TEST(PlanPackets, WhoeverHasDataToSendSendsNoIdleAcknowledgements) {
  Random random(2);
  int idle = 0;
  std::size_t packets = 0;
  for (int i = 0; i < 500; ++i) {
    const ConversationPlan plan = plan_packets(random_outline(random), model(), {}, random);
    idle += idle_acks(plan);
    packets += plan.packets.size();
  }
  EXPECT_LT(idle, static_cast<int>(packets / 200)) << "of " << packets;
}

TEST(PlanPackets, AReceiverAcknowledgesWhatItGets) {
  Random random(3);
  for (const std::uint64_t acks : {20U, 60U, 95U}) {
    const auto plan = plan_packets(outline_of(acks, 120, 0, 1300), model(), {}, random);
    EXPECT_EQ(payload_of(plan, true), 0U);
    EXPECT_LE(idle_acks(plan), 1) << acks;
  }
}

TEST(PlanPackets, MeansAreMet) {
  Random random(4);
  for (int i = 0; i < 500; ++i) {
    const ConversationOutline outline = random_outline(random);
    const ConversationPlan plan = plan_packets(outline, model(), {}, random);
    for (const bool forward : {true, false}) {
      const std::uint64_t count = forward ? outline.forward_packets : outline.backward_packets;
      const std::uint32_t mean =
          forward ? outline.forward_mean_payload : outline.backward_mean_payload;
      const auto target = static_cast<double>(count * mean);
      if (count >= 5 && mean < 300) {  // else SYN and FIN leave too few packets for it
        ASSERT_NEAR(static_cast<double>(payload_of(plan, forward)), target,
                    0.021 * target + static_cast<double>(count))
            << "plan " << i;
      }
    }
  }
}

TEST(PlanPackets, DatagramsMeetTheirMeans) {
  Random random(5);
  auto outline = outline_of(1, 1, 33, 412);
  outline.plan.tuple.proto = kUdp;
  const auto plan = plan_packets(outline, model(), {}, random);
  ASSERT_EQ(plan.packets.size(), 2U);
  EXPECT_NEAR(plan.packets[0].payload, 33, 1);
  EXPECT_NEAR(plan.packets[1].payload, 412, 9);
}

TEST(PlanPackets, NoStormOfSynAcks) {
  Random random(6);
  for (const std::uint64_t backward : {2U, 3U, 5U, 40U, 3000U}) {
    for (const std::uint32_t mean : {0U, 500U}) {
      const auto plan = plan_packets(outline_of(1, backward, 0, mean), model(), {}, random);
      const auto roles = roles_of(plan);
      EXPECT_EQ(plan.packets.size(), 1 + backward);
      EXPECT_LE(std::count(roles.begin(), roles.end(), TcpRole::kSynAck), 4) << backward;
    }
  }
}

TEST(PlanPackets, RepeatedSynAcksWaitLongerAndLonger) {
  Random random(7);
  const auto plan = plan_packets(outline_of(1, 4, 0, 0), model(), {}, random);
  ASSERT_EQ(plan.packets.size(), 5U);
  const auto gap = [&](std::size_t i) {
    return static_cast<double>(plan.packets[i].time_ns - plan.packets[i - 1].time_ns);
  };
  EXPECT_NEAR(gap(3), 2 * gap(2), 10);
  EXPECT_NEAR(gap(4), 2 * gap(3), 10);
}

TEST(PlanPackets, ARefusalForASyn) {
  Random random(8);
  const auto plan = plan_packets(outline_of(1, 7, 0, 0, TcpOpen::kRefused, TcpClose::kReset),
                                 model(), {}, random);
  const auto roles = roles_of(plan);
  EXPECT_EQ(std::count(roles.begin(), roles.end(), TcpRole::kSyn), 4);
  EXPECT_EQ(std::count(roles.begin(), roles.end(), TcpRole::kRefusal), 4);
}

TEST(PlanPackets, AGivenWindowCutsAndAFoundOneDoesNot) {
  Random random(9);
  const auto outline = outline_of(8, 8, 100, 100);
  const auto whole = plan_packets(outline, model(), {}, random);
  EXPECT_EQ(whole.packets.back().time_ns, kStart + 10 * kSecond);
  const auto cut = plan_packets(outline, model(), kStart + kSecond, random);
  EXPECT_EQ(cut.packets.back().time_ns, kStart + kSecond - 1);
  const auto late = plan_packets(outline, model(), kStart - kSecond, random);
  EXPECT_EQ(late.packets.back().time_ns, kStart);
}

TEST(PlanPackets, GroupsDoNotAnswer) {
  Random random(10);
  auto outline = outline_of(3, 4, 50, 50);
  outline.plan.tuple.proto = kUdp;
  outline.plan.tuple.dst = IpAddress::v4(0xe00000fb);
  const CapturedSides sides = sides_of(plan_packets(outline, model(), {}, random));
  EXPECT_EQ(sides.forward, 7U);
  EXPECT_EQ(sides.backward, 0U);
}

}  // namespace
}  // namespace tracetwin
