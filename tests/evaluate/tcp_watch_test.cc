// What TCP allows, packet by packet, with numbers worked by hand.
#include "evaluate/tcp_watch.h"

#include <gtest/gtest.h>

#include "evaluate/columns.h"
#include "support/support.h"

namespace tracetwin::evaluate {
namespace {

Packet segment(std::uint8_t flags, std::uint32_t seq, std::uint32_t ack, std::uint32_t payload) {
  Packet packet;
  packet.tuple.proto = kTcp;
  packet.tcp_flags = flags;
  packet.tcp_seq = seq;
  packet.tcp_ack = ack;
  packet.payload_length = payload;
  return packet;
}

TEST(TcpWatch, AcceptsAWholeConnection) {
  TcpWatch watch;
  EXPECT_EQ(watch.fault(segment(kSyn, 100, 0, 0), true), "");
  EXPECT_EQ(watch.fault(segment(kSyn | kAck, 900, 101, 0), false), "");
  EXPECT_EQ(watch.fault(segment(kAck, 101, 901, 0), true), "");
  EXPECT_EQ(watch.fault(segment(kAck | kPsh, 101, 901, 50), true), "");
  EXPECT_EQ(watch.fault(segment(kAck, 901, 151, 0), false), "");
  EXPECT_EQ(watch.fault(segment(kAck | kFin, 151, 901, 0), true), "");
  EXPECT_EQ(watch.fault(segment(kAck | kFin, 901, 152, 0), false), "");
  EXPECT_EQ(watch.fault(segment(kAck, 152, 902, 0), true), "");
}

TEST(TcpWatch, AcceptsAConnectionFromItsMiddleOn) {
  TcpWatch watch;
  EXPECT_EQ(watch.fault(segment(kAck, 4'294'967'290, 7, 10), true), "");
  EXPECT_EQ(watch.fault(segment(kAck, 7, 4, 0), false), "");  // numbers wrap around
}

TEST(TcpWatch, SeesWhatIsIllegal) {
  EXPECT_NE(TcpWatch().fault(segment(kSyn | kFin, 1, 0, 0), true), "");
  EXPECT_NE(TcpWatch().fault(segment(0, 1, 0, 0), true), "");
  TcpWatch early;
  early.fault(segment(kSyn, 100, 0, 0), true);
  EXPECT_NE(early.fault(segment(kAck, 900, 101, 20), false), "");
  TcpWatch hasty;
  hasty.fault(segment(kSyn, 100, 0, 0), true);
  EXPECT_EQ(hasty.fault(segment(kAck, 101, 901, 20), true), "");  // perhaps the only side captured
  EXPECT_NE(hasty.fault(segment(kSyn | kAck, 900, 101, 0), false), "");
  TcpWatch ahead;
  ahead.fault(segment(kAck, 100, 1, 10), true);
  EXPECT_NE(ahead.fault(segment(kAck, 1, 5000, 0), false), "");
  TcpWatch ended;
  ended.fault(segment(kAck | kFin, 100, 1, 0), true);
  EXPECT_NE(ended.fault(segment(kAck, 101, 1, 10), true), "");
}

constexpr std::uint32_t kFar = 3 << 20;  // bytes

TEST(TcpWatch, SeesNumbersThatNothingLeadsTo) {
  TcpWatch watch;
  EXPECT_EQ(watch.fault(segment(kAck, 1000, 1, 50), true), "");
  EXPECT_NE(watch.fault(segment(kAck, 1000 + kFar, 1, 50), true), "");
  TcpWatch back;
  EXPECT_EQ(back.fault(segment(kAck, kFar, 1, 50), true), "");
  EXPECT_NE(back.fault(segment(kAck, 1000, 1, 50), true), "");
  TcpWatch acknowledges;
  EXPECT_EQ(acknowledges.fault(segment(kAck, kFar, 1, 50), true), "");
  EXPECT_NE(acknowledges.fault(segment(kAck, 1, 1000, 50), false), "");
}

TEST(TcpWatch, LetsMuchGetLostOfMuch) {
  TcpWatch watch;
  std::uint32_t next = 0;
  for (; next < 2 * kFar; next += 60'000) {
    ASSERT_EQ(watch.fault(segment(kAck, next, 1, 60'000), true), "");
  }
  EXPECT_EQ(watch.fault(segment(kAck, next + kFar, 1, 50), true), "") << "as many bytes were seen";
  EXPECT_EQ(watch.fault(segment(kAck, next, 1, 50), true), "") << "sent again";
}

TEST(TcpWatch, KnowsWhoTalksToItself) {
  TcpWatch alone;
  alone.fault(segment(kSyn, 100, 0, 0), true);
  EXPECT_FALSE(alone.is_talking_to_itself()) << "a SYN may be in vain";
  alone.fault(segment(kAck, 101, 901, 20), true);
  EXPECT_TRUE(alone.is_talking_to_itself());
  EXPECT_FALSE(alone.is_answered());
  TcpWatch answered;
  answered.fault(segment(kSyn, 100, 0, 0), true);
  answered.fault(segment(kSyn | kAck, 900, 101, 0), false);
  answered.fault(segment(kAck, 101, 901, 20), true);
  EXPECT_FALSE(answered.is_talking_to_itself());
  EXPECT_TRUE(answered.is_answered());
  TcpWatch middle;
  middle.fault(segment(kAck, 101, 901, 20), true);
  EXPECT_FALSE(middle.is_talking_to_itself()) << "its SYN was before the capture";
}

CaptureChecks checks_of(const std::string& table) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "packets.csv", table);
  return read_columns(folder / "packets.csv", "real", "", {}).checks;
}

TEST(CaptureChecks, JudgeNoTcpWhereTheTableHasNoNumbers) {
  EXPECT_EQ(checks_of("srcip,dstip,srcport,dstport,proto,time,pkt_len\n"
                      "10.0.0.1,10.0.0.2,1000,80,TCP,1,100\n")
                .tcp.all,
            0U);
  EXPECT_EQ(checks_of("srcip,dstip,srcport,dstport,proto,time,pkt_len,tcp_flags,seq,ack\n"
                      "10.0.0.1,10.0.0.2,1000,80,TCP,1,100,24,5,6\n")
                .tcp.all,
            1U);
}

}  // namespace
}  // namespace tracetwin::evaluate
