#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "base/error.h"
#include "text_formats.h"

namespace tracetwin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

auto tied(const Packet& p) {
  return std::tie(p.time_ns, p.tuple, p.wire_length, p.captured_length, p.ip_length,
                  p.payload_length, p.flow_label, p.tcp_seq, p.tcp_ack, p.tcp_window, p.ip_id,
                  p.ip_checksum, p.fragment_offset, p.version, p.ihl, p.tos, p.ttl, p.ip_flags,
                  p.tcp_flags, p.transport_header);
}

struct Packets {
  std::vector<Packet> packets;
  std::vector<Skips::Row> skips;
};

Packets read(std::string_view text, std::size_t capacity = 1 << 20) {
  const AnyReader any = test::open_text(open_packet_csv_reader, text, capacity);
  auto& reader = *std::get<std::unique_ptr<PacketReader>>(any);
  Packets result;
  for (Packet packet; reader.next(packet);) {
    result.packets.push_back(packet);
  }
  result.skips = reader.skips().rows();
  return result;
}

std::string written(const std::vector<Packet>& packets) {
  test::TextSink sink;
  const AnyWriter any = open_packet_csv_writer(sink, {});
  auto& writer = *std::get<std::unique_ptr<PacketWriter>>(any);
  for (const auto& packet : packets) {
    writer.write(packet);
  }
  writer.finish();
  return sink.text;
}

template <class T>
T any(Random& random, std::uint64_t below = std::uint64_t{1} << (8 * sizeof(T))) {
  return static_cast<T>(random.below(below));
}

Packet random_packet(Random& random) {
  Packet p;
  p.time_ns = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(kEndOfTimeNs)) >>
                                        random.below(63));
  p.tuple = test::random_tuple(random);
  p.wire_length = any<std::uint32_t>(random);
  p.captured_length = any<std::uint32_t>(random);
  p.ip_length = any<std::uint32_t>(random);
  p.payload_length = any<std::uint32_t>(random);
  p.flow_label = any<std::uint32_t>(random, 1 << 20);
  p.tcp_seq = any<std::uint32_t>(random);
  p.tcp_ack = any<std::uint32_t>(random);
  p.tcp_window = any<std::uint16_t>(random);
  p.ip_id = any<std::uint16_t>(random);
  p.ip_checksum = any<std::uint16_t>(random);
  p.fragment_offset = any<std::uint16_t>(random, 1 << 13);
  p.version = p.tuple.src.is_v4() && p.tuple.dst.is_v4() && random.chance(0.9) ? 4 : 6;
  p.ihl = any<std::uint8_t>(random, 16);
  p.tos = any<std::uint8_t>(random);
  p.ttl = any<std::uint8_t>(random);
  p.ip_flags = any<std::uint8_t>(random, 8);
  p.tcp_flags = any<std::uint8_t>(random);
  p.transport_header = any<std::uint8_t>(random);
  return p;
}

TEST(PacketCsv, ReadsNetSharesColumns) {
  const auto result = read(
      "srcip,dstip,srcport,dstport,proto,time,pkt_len,version,ihl,tos,id,flag,off,ttl,chksum\n"
      "1.2.3.4,5.6.7.8,1000,443,6,1713484784962686,1500,4.0,5.0,8,77,2,0,57,4660\n");
  ASSERT_EQ(result.packets.size(), 1U);
  EXPECT_THAT(result.skips, IsEmpty());
  const Packet& packet = result.packets[0];
  const FiveTuple tuple = {IpAddress::v4(0x01020304), IpAddress::v4(0x05060708), 1000, 443, kTcp};
  EXPECT_EQ(packet.tuple, tuple);
  EXPECT_EQ(packet.time_ns, 1713484784962686000);
  EXPECT_EQ(packet.ip_length, 1500U);
  EXPECT_EQ(packet.ttl, 57);
  EXPECT_EQ(packet.ip_id, 77);
  EXPECT_EQ(packet.ip_flags, 2);
  EXPECT_EQ(packet.ip_checksum, 4660);
  EXPECT_EQ(packet.tos, 8);
}

TEST(PacketCsv, FillsWhatIsMissingConsistently) {
  const auto result = read(
      "srcip,dstip,srcport,dstport,proto,time,pkt_len\n"
      "1.2.3.4,5.6.7.8,1,2,TCP,1,100\n"
      "2001:db8::1,2001:db8::2,1,2,UDP,1,100\n"
      "1.2.3.4,5.6.7.8,,,ICMP,1,24\n");
  ASSERT_EQ(result.packets.size(), 3U);
  const Packet& tcp = result.packets[0];
  EXPECT_EQ(std::tie(tcp.version, tcp.ihl, tcp.ttl, tcp.transport_header),
            std::make_tuple(4, 5, 64, 20));
  EXPECT_EQ(tcp.payload_length, 60U);
  EXPECT_EQ(tcp.tcp_flags, kAck);
  EXPECT_EQ(tcp.wire_length, 114U);
  EXPECT_EQ(tcp.captured_length, 114U);
  const Packet& udp = result.packets[1];
  EXPECT_EQ(std::tie(udp.version, udp.ihl, udp.transport_header), std::make_tuple(6, 0, 8));
  EXPECT_EQ(udp.payload_length, 52U);
  EXPECT_EQ(udp.tcp_flags, 0);
  EXPECT_EQ(result.packets[2].transport_header, 4);
  EXPECT_EQ(result.packets[2].payload_length, 0U);
}

TEST(PacketCsv, LaterFragmentsHaveNoTransportHeader) {
  const auto result = read(
      "srcip,dstip,srcport,dstport,proto,time,pkt_len,off\n"
      "1.2.3.4,5.6.7.8,0,0,TCP,1,100,185\n");
  ASSERT_EQ(result.packets.size(), 1U);
  EXPECT_EQ(result.packets[0].transport_header, 0);
  EXPECT_EQ(result.packets[0].payload_length, 80U);
  EXPECT_EQ(result.packets[0].tcp_flags, 0);
}

TEST(PacketCsv, CountsDamagedLinesByReason) {
  const auto result = read(
      "srcip,dstip,srcport,dstport,proto,time,pkt_len,version,ttl,label\n"
      "1.2.3.4,5.6.7.8,1,2,6,1,,4,1,x\n"
      "1.2.3.4,5.6.7.8,1,2,6,1,40,5,1,x\n"
      "::1,::2,1,2,6,1,40,4,1,x\n"
      "1.2.3.4,5.6.7.8,1,2,6,1,40,4,256,x\n"
      "1.2.3.4,5.6.7.8,1,2,6,1,40,4,1\n"
      "1.2.3.4,5.6.7.8,1,2,6,-5,40,4,1,x\n"
      "1.2.3.4,5.6.7.8,1,2,6,9223372036854775,40,4,1,x\n");
  EXPECT_THAT(result.packets, IsEmpty());
  EXPECT_THAT(
      test::reasons(result.skips),
      ElementsAre(
          Pair("column label is no field of a packet", 1), Pair("pkt_len is not a whole number", 2),
          Pair("version is not 4 or 6", 3), Pair("version is not that of the addresses", 4),
          Pair("ttl is not a whole number in its range", 5), Pair("9 fields instead of 10", 6),
          Pair("time is not a time from 1970 to 2262", 7)));
}

TEST(PacketCsv, NamesAMissingColumn) {
  try {
    read("srcip,dstip,srcport,dstport,proto,pkt_len\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no column time"));
  }
}

TEST(PacketCsv, WritesNanosecondsAsDecimals) {
  Packet packet;
  packet.time_ns = 1713484784962686123;
  EXPECT_THAT(written({packet}), HasSubstr(",1713484784962686.123,"));
  packet.time_ns = 1713484784962686000;
  EXPECT_THAT(written({packet}), HasSubstr(",1713484784962686,"));
}

TEST(PacketCsv, ReadsBackWhatItWrites) {
  Random random(12);
  std::vector<Packet> packets;
  for (int i = 0; i < 3000; ++i) {
    packets.push_back(random_packet(random));
  }
  const std::string text = written(packets);
  for (const std::size_t capacity : {std::size_t{64}, std::size_t{1} << 20}) {
    const auto back = read(text, capacity);
    EXPECT_THAT(back.skips, IsEmpty());
    ASSERT_EQ(back.packets.size(), packets.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      ASSERT_TRUE(tied(back.packets[i]) == tied(packets[i])) << "packet " << i;
    }
  }
}

TEST(PacketCsv, SniffsByHeaderOnly) {
  EXPECT_TRUE(sniff_packet_csv("srcip,dstip,srcport,dstport,proto,time,pkt_len\n"));
  EXPECT_FALSE(sniff_packet_csv("srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt\n"));
  EXPECT_FALSE(sniff_packet_csv("pkt_len\n1\n"));
}

}  // namespace
}  // namespace tracetwin
