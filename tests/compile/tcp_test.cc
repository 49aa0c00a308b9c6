#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compile/compiler.h"
#include "tcp_checker.h"

namespace tracetwin {
namespace {

using test::tcp_fault;

const FiveTuple kTuple{IpAddress::v4(0x0a000001), IpAddress::v4(0xc0000201), 40000, 80, kTcp};

/// A plan from letters: F and B are packets with 100 bytes, f and b without.
ConversationPlan plan_of(std::string_view letters, TcpOpen open, TcpClose close) {
  ConversationPlan plan;
  plan.tuple = kTuple;
  plan.open = open;
  plan.close = close;
  plan.backward.ttl = 55;
  std::int64_t time = 1'700'000'000'000'000'000;
  for (const char letter : letters) {
    const bool forward = letter == 'F' || letter == 'f';
    const bool data = letter == 'F' || letter == 'B';
    plan.packets.push_back({time += 1000, data ? 100U : 0U, forward, true});
  }
  return plan;
}

std::vector<Packet> compiled(const ConversationPlan& plan, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<Packet> packets;
  compile(plan, random, packets);
  return packets;
}

std::string flag_text(std::uint8_t flags) {
  std::string text;
  for (const auto& [bit, letter] : {std::pair{kSyn, 'S'}, {kFin, 'F'}, {kRst, 'R'}, {kPsh, 'P'}}) {
    text += (flags & bit) != 0 ? std::string(1, letter) : "";
  }
  return text + ((flags & kAck) != 0 ? "A" : "");
}

/// ">S <SA >A >PA100": direction, flags, payload.
std::string story(const ConversationPlan& plan) {
  std::string text;
  for (const Packet& packet : compiled(plan)) {
    text += text.empty() ? "" : " ";
    text += packet.tuple == plan.tuple ? ">" : "<";
    text += flag_text(packet.tcp_flags);
    text += packet.payload_length == 0 ? "" : std::to_string(packet.payload_length);
  }
  return text;
}

std::string story(std::string_view letters, TcpOpen open, TcpClose close) {
  return story(plan_of(letters, open, close));
}

constexpr auto kShake = TcpOpen::kHandshake;
constexpr auto kMid = TcpOpen::kMidstream;

TEST(CompileTcp, AWholeConversation) {
  EXPECT_EQ(story("fbfFBfbf", kShake, TcpClose::kFin), ">S <SA >A >PA100 <PA100 >FA <FA >A");
  EXPECT_EQ(story("fbfFbBfbbf", kShake, TcpClose::kFin),
            ">S <SA >A >PA100 <A <PA100 >FA <A <FA >A");
}

TEST(CompileTcp, DirectionsMoveOnlyAtTheEnds) {
  EXPECT_EQ(story("bffFBBfF", kShake, TcpClose::kNone), ">S <SA >A >PA100 <PA100 <PA100 >A >PA100");
  EXPECT_EQ(story("FFBB", kShake, TcpClose::kNone), ">S <SA >PA100 <PA100");
  EXPECT_EQ(story("fbfBBBfff", kShake, TcpClose::kFin),
            ">S <SA >A <PA100 <PA100 >A >FA <FPA100 >A");
}

TEST(CompileTcp, ClosesWithWhatIsLeft) {
  EXPECT_EQ(story("fbffb", kShake, TcpClose::kFin), ">S <SA >A >FA <FA");
  EXPECT_EQ(story("fbff", kShake, TcpClose::kFin), ">S <SA >A >FA");
  EXPECT_EQ(story("fbfB", kShake, TcpClose::kFin), ">S <SA >A <FPA100");
  EXPECT_EQ(story("fbf", kShake, TcpClose::kFin), ">S <SA >A");
  EXPECT_EQ(story("fb", kShake, TcpClose::kFin), ">S <SA");
  EXPECT_EQ(story("f", kShake, TcpClose::kFin), ">S");
  EXPECT_EQ(story("bf", kMid, TcpClose::kFin), "<FA >FA");
  EXPECT_EQ(story("f", kMid, TcpClose::kFin), ">FA");
}

TEST(CompileTcp, ResetIsTheLastPacket) {
  EXPECT_EQ(story("fbfFB", kShake, TcpClose::kReset), ">S <SA >A >PA100 <RA");
  EXPECT_EQ(story("fbf", kShake, TcpClose::kReset), ">S <SA >RA");
  EXPECT_EQ(story("fb", kShake, TcpClose::kReset), ">S <RA");
  EXPECT_EQ(story("f", kShake, TcpClose::kReset), ">S");
  EXPECT_EQ(story("F", kMid, TcpClose::kReset), ">RA");
}

TEST(CompileTcp, ConversationsThatNeverOpen) {
  EXPECT_EQ(story("fb", TcpOpen::kRefused, TcpClose::kNone), ">S <RA");
  EXPECT_EQ(story("FBfb", TcpOpen::kRefused, TcpClose::kFin), ">S >S <RA <RA");
  EXPECT_EQ(story("FFf", TcpOpen::kUnanswered, TcpClose::kReset), ">S >S >S");
  EXPECT_EQ(story("fbbB", kShake, TcpClose::kNone), ">S <SA <SA <SA");
  EXPECT_EQ(story("fbf", TcpOpen::kUnanswered, TcpClose::kNone), ">S <SA >A") << "was answered";
}

TEST(CompileTcp, OneDirectionCaptured) {
  EXPECT_EQ(story("ffFff", kShake, TcpClose::kFin), ">S >A >PA100 >FA >A");
  EXPECT_EQ(story("bbB", kMid, TcpClose::kNone), "<A <A <PA100");
  EXPECT_EQ(story("bBB", kShake, TcpClose::kFin), "<SA <FPA100 <A") << "port 80 serves";
  EXPECT_EQ(story("bb", TcpOpen::kRefused, TcpClose::kNone), "<RA <RA");
  auto server = plan_of("fF", kShake, TcpClose::kNone);
  server.tuple = kTuple.reversed();
  EXPECT_EQ(story(server), ">SA >PA100");
}

TEST(CompileTcp, NoPacketsNoConversation) {
  EXPECT_TRUE(compiled(plan_of("", kShake, TcpClose::kFin)).empty());
}

TEST(CompileTcp, RepeatedSynsKeepTheirNumber) {
  const auto packets = compiled(plan_of("fff", TcpOpen::kUnanswered, TcpClose::kNone));
  EXPECT_EQ(packets[0].tcp_seq, packets[2].tcp_seq);
}

TEST(CompileTcp, SegmentsFitTheMtuUnlessThePlanIsLarger) {
  auto plan = plan_of("fFFF", kMid, TcpClose::kNone);
  plan.packets[1].payload = 1460;
  plan.packets[2].payload = 1461;
  plan.packets[3].payload = 1'000'000;
  const auto v4 = compiled(plan);
  EXPECT_EQ(v4[1].ip_length, 1500U);
  EXPECT_EQ(v4[2].ip_length, 1501U);
  EXPECT_EQ(v4[3].ip_length, 65535U);
  plan.tuple.src = {0x20010db800000000, 1};
  plan.tuple.dst = {0x20010db800000000, 2};
  const auto v6 = compiled(plan);
  EXPECT_EQ(v6[1].ip_length, 1500U);
  EXPECT_EQ(v6[1].payload_length, 1440U);
  EXPECT_EQ(v6[3].ip_length, 65575U);
  EXPECT_EQ(v6[3].version, 6);
}

/// The two timestamps in a segment's frame, which begins with its IPv4 header; behind a SYN's
/// segment size and selective acknowledgements.
std::pair<std::uint32_t, std::uint32_t> timestamps_in(const Packet& packet) {
  std::vector<std::byte> bytes;
  serialize(packet, LinkType::kRaw, 0, bytes);
  const std::size_t first = 40 + ((packet.tcp_flags & kSyn) != 0 ? 8 : 4);
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
      value = value << 8 | std::to_integer<std::uint32_t>(bytes.at(i));
    }
    return value;
  };
  return {word(first), word(first + 4)};
}

// RFC 7323, 3.2: the echo is a timestamp that the other side sent, here its last one.
TEST(CompileTcp, ATimestampEchoedIsTheLastOneOfTheOtherSide) {
  ConversationPlan plan = plan_of("fbfFFbBBfFbfb", TcpOpen::kHandshake, TcpClose::kFin);
  plan.forward.options = TcpOptions::kTimestamps;
  plan.backward.options = TcpOptions::kTimestamps;
  for (std::size_t i = 0; i < plan.packets.size(); ++i) {
    plan.packets[i].time_ns += static_cast<std::int64_t>(i * i) * 7'000'000;
  }
  std::array<std::uint32_t, 2> last = {};
  int compared = 0;
  for (const Packet& packet : compiled(plan)) {
    const std::size_t own = packet.tuple == plan.tuple ? 1 : 0;
    const auto [value, echo] = timestamps_in(packet);
    EXPECT_EQ(echo, last[1 - own]);
    compared += echo != 0 ? 1 : 0;
    last[own] = value;
  }
  EXPECT_GE(compared, 12);
}

TEST(CompileTcp, TimestampsTakeTheirBytesFromTheSegment) {
  auto plan = plan_of("fbfF", kShake, TcpClose::kNone);
  plan.packets[3].payload = 1460;
  plan.forward.options = TcpOptions::kTimestamps;
  plan.backward.options = TcpOptions::kTimestampsPadded;
  const auto both = compiled(plan);
  EXPECT_EQ(both[0].transport_header, 40);
  EXPECT_EQ(both[1].transport_header, 44);
  EXPECT_EQ(both[3].transport_header, 32);
  EXPECT_EQ(both[3].payload_length, 1448U);
  EXPECT_EQ(both[3].ip_length, 1500U);
  plan.backward.options = TcpOptions::kSegmentSize;
  const auto one = compiled(plan);
  EXPECT_EQ(one[1].transport_header, 24);
  EXPECT_EQ(one[3].transport_header, 20);
}

TEST(CompileTcp, SameSeedSamePackets) {
  const auto plan = plan_of("fbfFBFBfbf", kShake, TcpClose::kFin);
  const auto one = compiled(plan, 9);
  const auto two = compiled(plan, 9);
  const auto other = compiled(plan, 10);
  EXPECT_EQ(one[3].tcp_seq, two[3].tcp_seq);
  EXPECT_NE(one[3].tcp_seq, other[3].tcp_seq);
}

TEST(CompileTcp, AppendsToWhatIsThere) {
  Random random(1);
  std::vector<Packet> packets(3);
  compile(plan_of("fbf", kShake, TcpClose::kNone), random, packets);
  EXPECT_EQ(packets.size(), 6U);
}

IpAddress random_address(Random& random, bool v6) {
  return v6 ? IpAddress{0x20010db800000000, random.bits()}
            : IpAddress::v4(static_cast<std::uint32_t>(random.bits()));
}

std::uint32_t random_payload(Random& random) {
  switch (random.below(4)) {
    case 0:
      return 0;
    case 1:
      return static_cast<std::uint32_t>(random.below(100));
    case 2:
      return 1440 + static_cast<std::uint32_t>(random.below(21));
    default:
      return static_cast<std::uint32_t>(random.below(70'000));
  }
}

ConversationPlan random_plan(Random& random) {
  ConversationPlan plan;
  const bool v6 = random.chance(0.3);
  plan.tuple = {random_address(random, v6), random_address(random, v6),
                static_cast<std::uint16_t>(random.bits()),
                static_cast<std::uint16_t>(random.below(2000)), kTcp};
  plan.open = static_cast<TcpOpen>(random.below(4));
  plan.close = static_cast<TcpClose>(random.below(3));
  plan.forward.ip_id = static_cast<IpIdPolicy>(random.below(3));
  plan.backward.ttl = 1;
  plan.forward.options = static_cast<TcpOptions>(random.below(kTcpOptionKinds));
  plan.backward.options = static_cast<TcpOptions>(random.below(kTcpOptionKinds));
  const double bias = std::vector<double>{0, 0.1, 0.5, 0.9, 1}[random.below(5)];
  const std::size_t count = random.chance(0.8) ? random.below(9) : random.below(60);
  for (std::size_t i = 0; i < count; ++i) {
    plan.packets.push_back({static_cast<std::int64_t>(i / 2), random_payload(random),
                            random.chance(bias), random.chance(0.5)});
  }
  return plan;
}

TEST(CompileTcp, EveryRandomPlanIsAStateMachineRun) {
  Random random(42);
  for (int i = 0; i < 20'000; ++i) {
    const ConversationPlan plan = random_plan(random);
    const auto packets = compiled(plan, static_cast<std::uint64_t>(i));
    ASSERT_EQ(tcp_fault(plan, packets), "")
        << "plan " << i << ", open " << static_cast<int>(plan.open) << ", close "
        << static_cast<int>(plan.close) << ": " << story(plan);
  }
}

/// The checker itself must be able to say no.
TEST(CompileTcp, CheckerFindsFaults) {
  const auto plan = plan_of("fbfFBfbf", kShake, TcpClose::kFin);
  const auto broken = [&](auto change) {
    auto packets = compiled(plan);
    change(packets);
    return tcp_fault(plan, packets);
  };
  EXPECT_EQ(broken([](auto&) {}), "");
  EXPECT_NE(broken([](auto& p) { ++p[4].tcp_seq; }), "");
  EXPECT_NE(broken([](auto& p) { --p[4].tcp_ack; }), "");
  EXPECT_NE(broken([](auto& p) { p[3].tcp_flags = kPsh; }), "");
  EXPECT_NE(broken([](auto& p) { p[4].tcp_flags = kRst | kAck; }), "");
  EXPECT_NE(broken([](auto& p) { p[3].tcp_flags = kSyn; }), "");
  EXPECT_NE(broken([](auto& p) { p.pop_back(); }), "");
  EXPECT_NE(broken([](auto& p) { std::swap(p[1], p[2]); }), "");
}

/// Both FINs are there and acknowledged whenever three packets behind the opening allow it.
TEST(CompileTcp, FinsAreCompleteWhereTheyFit) {
  Random random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string letters = "fbf";
    letters += random.chance(0.5) ? "fbf" : "bfb";
    const std::size_t more = random.below(12);
    for (std::size_t k = 0; k < more; ++k) {
      letters.insert(3, 1, "FfBb"[random.below(4)]);
    }
    Random shuffler(static_cast<std::uint64_t>(i));
    shuffler.shuffle(std::span(letters).subspan(3));
    const auto plan = plan_of(letters, kShake, TcpClose::kFin);
    const auto packets = compiled(plan);
    const auto fins = [&](const FiveTuple& tuple) {
      return std::count_if(packets.begin(), packets.end(), [&](const Packet& p) {
        return p.tuple == tuple && (p.tcp_flags & kFin) != 0;
      });
    };
    ASSERT_EQ(fins(kTuple), 1) << story(plan);
    ASSERT_EQ(fins(kTuple.reversed()), 1) << story(plan);
    ASSERT_EQ(packets.back().tcp_flags, kAck) << story(plan);
    ASSERT_NE(packets.back().tuple, packets[packets.size() - 2].tuple) << story(plan);
  }
}

TEST(CompileTcp, DataSurvivesWhereTheProtocolHasRoom) {
  const auto plan = plan_of("fbfFBFBFBfbf", kShake, TcpClose::kFin);
  const auto packets = compiled(plan);
  const auto total =
      std::accumulate(packets.begin(), packets.end(), 0U,
                      [](unsigned sum, const Packet& p) { return sum + p.payload_length; });
  EXPECT_EQ(total, 600U);
}

}  // namespace
}  // namespace tracetwin
