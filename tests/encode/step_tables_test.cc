#include "encode/step_tables.h"

#include <gtest/gtest.h>

#include "encode/address_kind.h"
#include "encode/flow_rows.h"

namespace tracetwin {
namespace {

const FiveTuple kTuple{IpAddress::v4(0x0a000001), IpAddress::v4(0xc0000201), 40000, 80, kTcp};

Packet packet(std::int64_t time, bool forward, std::uint8_t flags, std::uint32_t payload,
              std::uint16_t window = 500) {
  Packet result;
  result.time_ns = time * 1'000'000;
  result.tuple = forward ? kTuple : kTuple.reversed();
  result.tcp_flags = flags;
  result.payload_length = payload;
  result.tcp_window = window;
  result.ttl = 64;
  return result;
}

class Columns : public ConversationColumns {
 public:
  explicit Columns(const std::vector<Packet>& packets)
      : ConversationColumns(bidirectional(), 100, 1) {
    std::uint64_t number = 0;
    for (const Packet& one : packets) {
      add(one, ++number);
    }
    finish();
  }

 private:
  static FlowTimeouts bidirectional() {
    FlowTimeouts timeouts;
    timeouts.bidirectional = true;
    return timeouts;
  }
};

const std::vector<Packet> kShort = {
    packet(1, true, kSyn, 0),          packet(2, false, kSyn | kAck, 0), packet(3, true, kAck, 0),
    packet(4, true, kPsh | kAck, 200), packet(5, false, kAck, 0),        packet(6, false, kAck, 0),
    packet(7, false, kFin | kAck, 0),  packet(8, true, kRst, 0, 0),
};

TEST(Steps, KnowWhatIsOwed) {
  const Columns columns(kShort);
  const auto& steps = columns.steps();
  ASSERT_EQ(steps.size(), kShort.size());
  EXPECT_TRUE(steps[2].step.owes) << "the SYN-ACK";
  EXPECT_EQ(steps[2].step.moment, Moment::kSpoke);
  EXPECT_FALSE(steps[3].step.owes);
  EXPECT_EQ(steps[3].step.moment, Moment::kSettled) << "the SYN-ACK acknowledged the SYN";
  EXPECT_TRUE(steps[4].step.owes);
  const std::vector<bool> bare = {true, true, false, false, false, false, true, true};
  for (std::size_t i = 0; i < bare.size(); ++i) {
    EXPECT_EQ(steps[i].step.bare, bare[i]) << i;
  }
}

TEST(Steps, BareOnesTeachNoPayload) {
  const Columns columns(kShort);
  auto ledger = dp::Ledger::no_guarantee(dp::Unit::kFlow);
  const auto codes =
      Vocabulary::learn(payload_field(), {0, 1}, payload_column(columns.steps()), {}, ledger)
          .vocabulary;
  const StepTables tables = step_tables(columns.steps(), codes);
  EXPECT_EQ(tables.payloads.rows(), 4U);
  EXPECT_EQ(tables.directions.rows(), 7U);
  EXPECT_EQ(tables.gaps.rows(), 7U);
}

TEST(Steps, OneDirectionTeachesNothingAboutTurns) {
  const Columns columns({packet(1, true, kAck, 0), packet(2, true, kAck, 0)});
  auto ledger = dp::Ledger::no_guarantee(dp::Unit::kFlow);
  const auto codes =
      Vocabulary::learn(payload_field(), {0, 1}, payload_column(columns.steps()), {}, ledger)
          .vocabulary;
  EXPECT_EQ(step_tables(columns.steps(), codes).directions.rows(), 0U);
}

/// The public prior knows it too: empty packets of a sender that owes nothing are rare.
TEST(Steps, ThePriorLetsNobodyIdle) {
  auto ledger = dp::Ledger::no_guarantee(dp::Unit::kFlow);
  PrivateColumn column;
  column.values.append(50, 0);
  column.values.append(50, 1448);
  const auto codes = Vocabulary::learn(payload_field(), {0, 1}, column, {}, ledger).vocabulary;
  const std::vector<double> prior = payload_prior(codes);
  const std::size_t row = payload_context(Cause::kOwn, 300, 3)[0];
  const std::uint16_t empty = codes.encode(Key{0});
  EXPECT_LT(prior[row * codes.cells() + empty], 0.01);
  const std::size_t answer = payload_context(Cause::kAnswer, 300, 3)[0];
  EXPECT_GT(prior[answer * codes.cells() + empty], 0.3);
}

TEST(Steps, AWindowOfAResetIsNone) {
  const Columns columns({packet(1, true, kSyn, 0, 1024), packet(2, false, kRst | kAck, 0, 0),
                         packet(3, true, kRst, 0, 0)});
  std::vector<Key> row;
  for (const PrivateColumn& column : columns.columns()) {
    row.push_back(column.values.front());
  }
  EXPECT_EQ(row[14], Key{1024});
  EXPECT_EQ(row[15], Key{0});
  Random random(1);
  EXPECT_EQ(outline_of(row, random).plan.backward.window, 1024) << "should it live after all";
  row[14] = 0;
  EXPECT_GE(outline_of(row, random).plan.forward.window, 16);
}

TEST(AddressKinds, WhoMaySend) {
  const IpAddress host = IpAddress::v4(0x0a000001);
  const IpAddress group = IpAddress::v4(0xe00000fb);
  const IpAddress all = IpAddress::v4(0xffffffff);
  const IpAddress link = IpAddress::v4(0xa9fe0101);
  const IpAddress nobody = IpAddress::v4(0);
  const IpAddress link6{0xfe80000000000000, 1};
  const IpAddress host6{0x20010db800000000, 1};
  EXPECT_TRUE(is_possible_pair(host, IpAddress::v4(0xc0000201), kTcp));
  EXPECT_FALSE(is_possible_pair(host, group, kTcp));
  EXPECT_TRUE(is_possible_pair(host, group, kUdp));
  EXPECT_FALSE(is_possible_pair(group, host, kUdp));
  EXPECT_FALSE(is_possible_pair(all, host, kUdp));
  EXPECT_TRUE(is_possible_pair(nobody, all, kUdp));
  EXPECT_FALSE(is_possible_pair(link, host, kUdp));
  EXPECT_TRUE(is_possible_pair(link6, host6, kIcmpV6));
  EXPECT_FALSE(is_possible_pair(link6, host6, kTcp));
  EXPECT_FALSE(is_possible_pair(host, host6, kTcp));
}

TEST(AddressKinds, ALinkLocalAddressOutOfABlockLeavesTheLink) {
  Random random(1);
  FiveTuple tuple = kTuple;
  tuple.src = IpAddress::v4(0xa9fe0101);
  make_possible(tuple, random);
  EXPECT_TRUE(is_possible_pair(tuple.src, tuple.dst, kTcp));
}

}  // namespace
}  // namespace tracetwin
