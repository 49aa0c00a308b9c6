#include "trace/assemble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "trace/assembly.h"
#include "trace/icmp.h"

namespace tracetwin {
namespace {

using test::Assembly;
using test::kSecond;
using test::packet_at;
using test::tcp_tuple;

TEST(FlowAssembler, JoinsBothDirectionsAndCountsThem) {
  Assembly run;
  const auto first = run.assembler.add(packet_at(10, tcp_tuple().reversed(), kSyn));
  const auto second = run.assembler.add(packet_at(20, tcp_tuple(), kSyn | kAck));
  const auto third = run.assembler.add(packet_at(30, tcp_tuple().reversed(), kAck | kPsh));
  EXPECT_TRUE(first.first && first.forward);
  EXPECT_TRUE(!second.first && !second.forward && second.flow == first.flow);
  EXPECT_TRUE(!third.first && third.forward);
  EXPECT_TRUE(run.ended.empty());
  run.assembler.finish();
  ASSERT_EQ(run.ended.size(), 1U);
  const AssembledFlow& flow = run.ended[0];
  EXPECT_EQ(flow.tuple, tcp_tuple().reversed());
  EXPECT_EQ(flow.first_ns, 10);
  EXPECT_EQ(flow.last_ns, 30);
  EXPECT_EQ(flow.forward.packets, 2U);
  EXPECT_EQ(flow.forward.bytes, 280U);
  EXPECT_EQ(flow.forward.payload, 200U);
  EXPECT_EQ(flow.forward.tcp_flags, kSyn | kAck | kPsh);
  EXPECT_EQ(flow.backward.packets, 1U);
  EXPECT_EQ(flow.backward.tcp_flags, kSyn | kAck);
}

TEST(FlowAssembler, KeepsDirectionsApartWhenAsked) {
  FlowTimeouts timeouts;
  timeouts.bidirectional = false;
  Assembly run(timeouts);
  run.assembler.add(packet_at(1, tcp_tuple()));
  run.assembler.add(packet_at(2, tcp_tuple().reversed()));
  run.assembler.finish();
  ASSERT_EQ(run.ended.size(), 2U);
  EXPECT_EQ(run.ended[1].tuple, tcp_tuple().reversed());
  EXPECT_EQ(run.ended[1].backward.packets, 0U);
}

TEST(FlowAssembler, EndsFlowsAfterSilenceAndReportsThemAtOnce) {
  Assembly run;
  run.assembler.add(packet_at(0, tcp_tuple(1)));
  run.assembler.add(packet_at(kSecond, tcp_tuple(3)));
  run.assembler.add(packet_at(60 * kSecond, tcp_tuple(5)));
  EXPECT_TRUE(run.ended.empty()) << "silence of exactly the timeout does not end a flow";
  run.assembler.add(packet_at(60 * kSecond + 1, tcp_tuple(5)));
  ASSERT_EQ(run.ended.size(), 1U);
  EXPECT_EQ(run.ended[0].number, 0U);
  const auto again = run.assembler.add(packet_at(60 * kSecond + 2, tcp_tuple(1)));
  EXPECT_TRUE(again.first);
  EXPECT_EQ(again.flow, 3U);
  EXPECT_EQ(run.assembler.flows(), 4U);
}

TEST(FlowAssembler, CutsLongFlowsAtTheActiveTimeout) {
  Assembly run;
  for (int second = 0; second <= 1801; ++second) {
    run.assembler.add(packet_at(second * kSecond, tcp_tuple()));
  }
  ASSERT_EQ(run.ended.size(), 1U);
  EXPECT_EQ(run.ended[0].last_ns, 1800 * kSecond);
  EXPECT_EQ(run.ended[0].forward.packets, 1801U);
}

TEST(FlowAssembler, EvictsTheLongestIdleWhenFull) {
  FlowTimeouts timeouts;
  timeouts.max_active = 2;
  Assembly run(timeouts);
  run.assembler.add(packet_at(0, tcp_tuple(1)));
  run.assembler.add(packet_at(1, tcp_tuple(3)));
  run.assembler.add(packet_at(2, tcp_tuple(1)));
  run.assembler.add(packet_at(3, tcp_tuple(5)));
  ASSERT_EQ(run.ended.size(), 1U);
  EXPECT_EQ(run.ended[0].tuple, tcp_tuple(3));
}

TEST(FlowAssembler, FinishEndsTheRestInOrderOfNumber) {
  Assembly run;
  for (std::uint32_t i = 0; i < 50; ++i) {
    run.assembler.add(packet_at(i, tcp_tuple(100 + i, 7)));
  }
  for (std::uint32_t i = 50; i-- > 0;) {
    run.assembler.add(packet_at(100, tcp_tuple(100 + i, 7)));
  }
  run.assembler.finish();
  ASSERT_EQ(run.ended.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(run.ended[i].number, i);
  }
}

TEST(FlowAssembler, ReusedPortBeginsANewFlowOnlyAfterAClose) {
  Assembly run;
  run.assembler.add(packet_at(0, tcp_tuple(), kSyn));
  EXPECT_FALSE(run.assembler.add(packet_at(1, tcp_tuple(), kSyn)).first) << "a repeated SYN";
  run.assembler.add(packet_at(2, tcp_tuple(), kFin | kAck));
  EXPECT_FALSE(run.assembler.add(packet_at(3, tcp_tuple(), kSyn)).first) << "half closed";
  run.assembler.add(packet_at(4, tcp_tuple().reversed(), kFin | kAck));
  EXPECT_FALSE(run.assembler.add(packet_at(5, tcp_tuple())).first) << "the last ACK";
  EXPECT_FALSE(run.assembler.add(packet_at(6, tcp_tuple().reversed(), kSyn | kAck)).first);
  EXPECT_TRUE(run.assembler.add(packet_at(7, tcp_tuple().reversed(), kSyn)).first);
  run.assembler.add(packet_at(8, tcp_tuple(), kRst | kAck));
  EXPECT_TRUE(run.assembler.add(packet_at(9, tcp_tuple(), kSyn)).first);
  EXPECT_EQ(run.assembler.flows(), 3U);
}

TEST(FlowAssembler, OneFinIsACloseInAOneDirectionFlow) {
  FlowTimeouts timeouts;
  timeouts.bidirectional = false;
  Assembly run(timeouts);
  run.assembler.add(packet_at(0, tcp_tuple(), kFin | kAck));
  EXPECT_TRUE(run.assembler.add(packet_at(1, tcp_tuple(), kSyn)).first);
}

TEST(FlowAssembler, AcceptsPacketsOutOfOrder) {
  Assembly run;
  run.assembler.add(packet_at(100 * kSecond, tcp_tuple()));
  EXPECT_FALSE(run.assembler.add(packet_at(0, tcp_tuple().reversed())).first);
  EXPECT_FALSE(run.assembler.add(packet_at(100 * kSecond + 1, tcp_tuple())).first);
  run.assembler.finish();
  EXPECT_EQ(run.ended[0].first_ns, 0);
  EXPECT_EQ(run.ended[0].last_ns, 100 * kSecond + 1);
  EXPECT_EQ(run.ended[0].tuple, tcp_tuple());
}

/// First and last packet and packets in all of every flow, sorted.
std::vector<std::tuple<FiveTuple, std::int64_t, std::int64_t, std::uint64_t>> cut(
    const std::vector<Packet>& packets, const FlowTimeouts& timeouts) {
  Assembly run(timeouts);
  for (const Packet& packet : packets) {
    run.assembler.add(packet);
  }
  run.assembler.finish();
  std::vector<std::tuple<FiveTuple, std::int64_t, std::int64_t, std::uint64_t>> flows;
  for (const AssembledFlow& flow : run.ended) {
    flows.emplace_back(flow.tuple, flow.first_ns, flow.last_ns,
                       flow.forward.packets + flow.backward.packets);
  }
  std::sort(flows.begin(), flows.end());
  return flows;
}

/// What differential privacy at the level of flows rests on.
TEST(FlowAssembler, IndependentFlowsAreCutAlikeWithAndWithoutTheOthers) {
  FlowTimeouts timeouts;
  timeouts.independent = true;
  timeouts.max_active = 2;
  Random random(17);
  for (int round = 0; round < 50; ++round) {
    std::vector<Packet> all;
    for (int i = 0; i < 60; ++i) {
      const auto port = static_cast<std::uint16_t>(5000 + random.below(4));
      Packet packet = packet_at(static_cast<std::int64_t>(random.below(400)) * kSecond,
                                tcp_tuple(1, 2, port), random.below(5) == 0 ? kSyn : kAck);
      packet.ip_id = static_cast<std::uint16_t>(random.below(3));
      packet.ip_flags = random.below(4) == 0 ? 1 : 0;
      packet.fragment_offset = random.below(4) == 0 ? 3 : 0;
      all.push_back(packet);
    }
    const auto together = cut(all, timeouts);
    for (std::uint16_t port = 5000; port < 5004; ++port) {
      const auto others = [port](const auto& p) {
        return p.tuple.srcport == port && !p.is_later_fragment();
      };
      std::vector<Packet> rest = all;
      std::erase_if(rest, others);
      auto expected = together;
      std::erase_if(expected,
                    [port](const auto& flow) { return std::get<0>(flow).srcport == port; });
      EXPECT_EQ(cut(rest, timeouts), expected);
    }
  }
}

TEST(FlowAssembler, IndependentFlowsEndAfterTheirOwnSilence) {
  FlowTimeouts timeouts;
  timeouts.independent = true;
  const auto flows = cut({packet_at(0, tcp_tuple()), packet_at(61 * kSecond, tcp_tuple()),
                          packet_at(62 * kSecond, tcp_tuple())},
                         timeouts);
  ASSERT_EQ(flows.size(), 2U);
  EXPECT_EQ(std::get<3>(flows[0]), 1U);
  EXPECT_EQ(std::get<3>(flows[1]), 2U);
}

TEST(FlowAssembler, SurvivesTimesAtTheEndsOfTheirRange) {
  Assembly run;
  run.assembler.add(packet_at(std::numeric_limits<std::int64_t>::min(), tcp_tuple(1)));
  run.assembler.add(packet_at(std::numeric_limits<std::int64_t>::max(), tcp_tuple(3)));
  run.assembler.add(packet_at(std::numeric_limits<std::int64_t>::min(), tcp_tuple(1)));
  run.assembler.finish();
  EXPECT_EQ(run.ended.size(), 3U);
}

TEST(FlowAssembler, PairsIcmpQuestionsWithAnswers) {
  const auto icmp = [](std::uint32_t a, std::uint32_t b, std::uint16_t type, std::uint16_t code) {
    return FiveTuple{IpAddress::v4(a), IpAddress::v4(b), type, code, kIcmp};
  };
  Assembly run;
  EXPECT_TRUE(run.assembler.add(packet_at(0, icmp(9, 2, 8, 0))).first);
  const auto reply = run.assembler.add(packet_at(1, icmp(2, 9, 0, 0)));
  EXPECT_TRUE(!reply.first && !reply.forward);
  EXPECT_TRUE(run.assembler.add(packet_at(2, icmp(9, 2, 13, 0))).first);
  EXPECT_FALSE(run.assembler.add(packet_at(3, icmp(2, 9, 14, 0))).first);
  EXPECT_TRUE(run.assembler.add(packet_at(4, icmp(9, 2, 3, 1))).first);
  EXPECT_TRUE(run.assembler.add(packet_at(5, icmp(9, 2, 3, 3))).first) << "another code";
  EXPECT_FALSE(run.assembler.add(packet_at(6, icmp(2, 9, 3, 3))).first);
  auto six = icmp(2, 9, 128, 0);
  six.proto = kIcmpV6;
  EXPECT_TRUE(run.assembler.add(packet_at(7, six)).first);
  std::swap(six.src, six.dst);
  six.srcport = 129;
  EXPECT_FALSE(run.assembler.add(packet_at(8, six)).first);
}

TEST(Icmp, CounterpartsAreEachOthers) {
  for (const std::uint8_t protocol : {std::uint8_t{kIcmp}, std::uint8_t{kIcmpV6}}) {
    for (std::uint16_t type = 0; type < 256; ++type) {
      const auto other = icmp_counterpart(protocol, type);
      EXPECT_EQ(icmp_counterpart(protocol, other), type);
      EXPECT_EQ(other != type, icmp_pair(protocol, type).has_value());
    }
  }
  EXPECT_EQ(icmp_counterpart(kIcmp, 8), 0);
  EXPECT_EQ(icmp_counterpart(kIcmpV6, 129), 128);
  EXPECT_FALSE(icmp_pair(kTcp, 8).has_value());
}

TEST(FlowAssembler, AConversationWithItselfIsOneDirection) {
  const FiveTuple self = tcp_tuple(1, 1, 7, 7);
  Assembly run;
  run.assembler.add(packet_at(0, self));
  EXPECT_TRUE(run.assembler.add(packet_at(1, self)).forward);
}

Packet fragment(std::int64_t time_ns, FiveTuple tuple, std::uint16_t id, std::uint16_t offset,
                bool more) {
  if (offset != 0) {
    tuple.srcport = tuple.dstport = 0;
  }
  Packet packet = packet_at(time_ns, tuple);
  packet.ip_id = id;
  packet.fragment_offset = offset;
  packet.ip_flags = more ? 1 : 0;
  return packet;
}

TEST(FlowAssembler, LaterFragmentsFollowTheFirst) {
  FiveTuple udp = tcp_tuple();
  udp.proto = kUdp;
  Assembly run;
  const auto first = run.assembler.add(fragment(0, udp, 77, 0, true));
  EXPECT_EQ(run.assembler.add(fragment(1, udp, 77, 185, true)).flow, first.flow);
  EXPECT_EQ(run.assembler.add(fragment(2, udp, 77, 370, false)).flow, first.flow);
  const auto stray = run.assembler.add(fragment(3, udp, 78, 185, false));
  EXPECT_TRUE(stray.first) << "its first fragment was never seen";
  const auto late = run.assembler.add(fragment(61 * kSecond, udp, 77, 185, false));
  EXPECT_TRUE(late.first) << "the memory of its first fragment has run out";
  run.assembler.finish();
  ASSERT_EQ(run.ended.size(), 3U);
  EXPECT_EQ(run.ended[0].forward.packets, 3U);
  EXPECT_EQ(run.ended[1].tuple.srcport, 0);
  EXPECT_EQ(run.ended[2].tuple.srcport, 0);
}

TEST(FlowAssembler, MemoryOfFragmentsIsBounded) {
  FlowTimeouts timeouts;
  timeouts.max_active = 3;
  Assembly run(timeouts);
  FiveTuple udp = tcp_tuple();
  udp.proto = kUdp;
  for (std::uint16_t id = 0; id < 4; ++id) {
    run.assembler.add(fragment(id, udp, id, 0, true));
  }
  EXPECT_FALSE(run.assembler.add(fragment(9, udp, 3, 100, false)).first);
  EXPECT_TRUE(run.assembler.add(fragment(9, udp, 0, 100, false)).first) << "forgotten";
}

TEST(FlowAssembler, LaterFragmentsOfAPingStayWithIt) {
  const FiveTuple ping{IpAddress::v4(1), IpAddress::v4(2), 8, 0, kIcmp};
  Assembly run;
  run.assembler.add(fragment(0, ping, 5, 0, true));
  EXPECT_FALSE(run.assembler.add(fragment(1, ping, 5, 185, false)).first);
}

}  // namespace
}  // namespace tracetwin
