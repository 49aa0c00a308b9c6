#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "compile/checksum.h"
#include "compile/compiler.h"
#include "compile/link_header.h"
#include "trace/decode/decode.h"

namespace tracetwin {
namespace {

struct Bytes {
  std::uint32_t original = 0;
  std::vector<std::byte> bytes;
};

Bytes serialized(const Packet& packet, LinkType link = LinkType::kRaw, std::uint32_t snap = 0) {
  Bytes result;
  result.original = serialize(packet, link, snap, result.bytes);
  return result;
}

Packet decoded(const Bytes& frame, LinkType link) {
  Packet packet;
  const auto result = decode_frame({0, link, frame.original, frame.bytes}, packet);
  EXPECT_EQ(result.fault, DecodeFault::kNone);
  return packet;
}

Packet udp_packet(std::uint32_t payload, std::uint16_t port = 50001) {
  Packet packet;
  packet.tuple = {IpAddress::v4(0x0a000001), IpAddress::v4(0x0a000002), 50000, port, kUdp};
  packet.ttl = 64;
  packet.payload_length = payload;
  return packet;
}

void expect_same_fields(const Packet& a, const Packet& b) {
  EXPECT_EQ(a.tuple, b.tuple);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.ihl, b.ihl);
  EXPECT_EQ(a.tos, b.tos);
  EXPECT_EQ(a.ttl, b.ttl);
  EXPECT_EQ(a.ip_id, b.ip_id);
  EXPECT_EQ(a.ip_flags, b.ip_flags);
  EXPECT_EQ(a.ip_length, b.ip_length);
  EXPECT_EQ(a.ip_checksum, b.ip_checksum);
  EXPECT_EQ(a.fragment_offset, b.fragment_offset);
  EXPECT_EQ(a.flow_label, b.flow_label);
  EXPECT_EQ(a.payload_length, b.payload_length);
  EXPECT_EQ(a.transport_header, b.transport_header);
  EXPECT_EQ(a.tcp_seq, b.tcp_seq);
  EXPECT_EQ(a.tcp_ack, b.tcp_ack);
  EXPECT_EQ(a.tcp_flags, b.tcp_flags);
  EXPECT_EQ(a.tcp_window, b.tcp_window);
}

ConversationPlan random_plan(Random& random, std::uint8_t protocol, bool v6) {
  ConversationPlan plan;
  const auto address = [&] {
    return v6 ? IpAddress{0x20010db800000000, random.bits()}
              : IpAddress::v4(static_cast<std::uint32_t>(random.bits()));
  };
  plan.tuple = {address(), address(), 0, 0, protocol};
  if (has_ports(protocol)) {
    plan.tuple.srcport = static_cast<std::uint16_t>(random.bits());
    plan.tuple.dstport = static_cast<std::uint16_t>(random.bits());
  } else if (protocol == kIcmp || protocol == kIcmpV6) {
    plan.tuple.srcport = static_cast<std::uint16_t>(random.below(256));
    plan.tuple.dstport = static_cast<std::uint16_t>(random.below(16));
  }
  plan.forward.ip_id = IpIdPolicy::kRandom;
  plan.forward.tos = 0xb8;
  plan.backward.dont_fragment = false;
  plan.open = static_cast<TcpOpen>(random.below(4));
  plan.close = static_cast<TcpClose>(random.below(3));
  for (std::size_t i = random.below(12); i > 0; --i) {
    plan.packets.push_back({1000, static_cast<std::uint32_t>(random.below(3000)),
                            random.chance(0.5), random.chance(0.5)});
  }
  return plan;
}

/// IPv6 takes these for extension headers, behind which nothing follows here.
bool is_extension(std::uint8_t protocol) {
  return protocol == 0 || protocol == 43 || protocol == 44 || protocol == 51 || protocol == 60 ||
         protocol == 135 || protocol == 139 || protocol == 140;
}

TEST(Serialize, DecodingGivesBackTheCompiledPackets) {
  Random random(11);
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t any = random.below(256);
    const auto protocol = static_cast<std::uint8_t>(i % 3 == 0 ? std::uint64_t{kTcp} : any);
    const bool v6 = random.chance(0.5);
    if (v6 && is_extension(protocol)) {
      continue;
    }
    const auto link = std::vector{LinkType::kEthernet,
                                  LinkType::kRaw,
                                  LinkType::kNull,
                                  LinkType::kLoop,
                                  LinkType::kLinuxSll,
                                  LinkType::kLinuxSll2,
                                  v6 ? LinkType::kIpv6 : LinkType::kIpv4}[random.below(7)];
    std::vector<Packet> packets;
    compile(random_plan(random, protocol, v6), random, packets);
    for (const Packet& packet : packets) {
      expect_same_fields(decoded(serialized(packet, link), link), packet);
    }
    ASSERT_FALSE(HasFailure()) << "protocol " << int{protocol} << ", IPv6 " << v6;
  }
}

TEST(Serialize, ExtensionHeadersLeadToNothing) {
  for (const int protocol : {0, 43, 44, 51, 60}) {
    Packet packet = udp_packet(100);
    packet.tuple = {{0x20010db800000000, 1},
                    {0x20010db800000000, 2},
                    0,
                    0,
                    static_cast<std::uint8_t>(protocol)};
    EXPECT_EQ(decoded(serialized(packet), LinkType::kRaw).tuple.proto, 59);
  }
}

TEST(Serialize, SnapLengthCutsAndKeepsTheOriginalLength) {
  const Packet packet = udp_packet(1000);
  const auto cut = serialized(packet, LinkType::kEthernet, 96);
  EXPECT_EQ(cut.bytes.size(), 96U);
  EXPECT_EQ(cut.original, 14U + 20 + 8 + 1000);
  const auto whole = serialized(packet, LinkType::kEthernet, 0);
  EXPECT_EQ(whole.bytes.size(), whole.original);
  EXPECT_TRUE(std::equal(cut.bytes.begin(), cut.bytes.end(), whole.bytes.begin()))
      << "checksums cover what is cut off";
  EXPECT_EQ(serialized(packet, LinkType::kEthernet, 7).bytes.size(), 7U);
}

TEST(Serialize, ServicesWithStructuredPayloadsAreCapturedWithoutIt) {
  const auto dns = serialized(udp_packet(100, 53));
  EXPECT_EQ(dns.bytes.size(), 28U);
  EXPECT_EQ(dns.original, 128U);
  EXPECT_EQ(serialized(udp_packet(100, 443)).bytes.size(), 128U);
}

TEST(Serialize, ReplacesWhatWasInTheBuffer) {
  std::vector<std::byte> bytes(5000, std::byte{0xee});
  serialize(udp_packet(10), LinkType::kRaw, 0, bytes);
  ASSERT_EQ(bytes.size(), 38U);
  EXPECT_TRUE(std::all_of(bytes.begin() + 28, bytes.end(),
                          [](std::byte byte) { return byte == std::byte{0}; }));
}

/// Sums the whole packet, with its zeros, as a receiver does.
std::uint16_t receiver_sum(const Bytes& packet, std::size_t header, bool v6) {
  std::vector<std::uint8_t> all;
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(packet.bytes[i]); };
  for (std::size_t i = v6 ? 8 : 12; i < header; ++i) {
    all.push_back(at(i));
  }
  const std::size_t length = packet.bytes.size() - header;
  all.insert(all.end(), {0, at(v6 ? 6 : 9), static_cast<std::uint8_t>(length >> 8),
                         static_cast<std::uint8_t>(length)});
  for (std::size_t i = header; i < packet.bytes.size(); ++i) {
    all.push_back(at(i));
  }
  InternetSum sum;
  sum.add(all);
  return sum.checksum();
}

TEST(Serialize, TransportChecksumsHoldForEveryLength) {
  for (std::uint32_t payload = 0; payload < 300; ++payload) {
    for (const std::uint8_t protocol : {std::uint8_t{kUdp}, std::uint8_t{kTcp}}) {
      Packet packet = udp_packet(payload);
      packet.tuple.proto = protocol;
      packet.tcp_seq = payload * 0x01234567;
      EXPECT_EQ(receiver_sum(serialized(packet), 20, false), 0);
      packet.tuple.src = {0x20010db8aaaabbbb, 0x123456789abcdef0};
      packet.tuple.dst = {0xfe80000000000000, payload};
      EXPECT_EQ(receiver_sum(serialized(packet), 40, true), 0);
    }
  }
}

TEST(Serialize, UdpChecksumIsNeverNone) {
  for (std::uint32_t i = 0; i < 70'000; ++i) {
    Packet packet = udp_packet(0);
    packet.tuple.src = IpAddress::v4(i);
    const auto frame = serialized(packet);
    ASSERT_FALSE(frame.bytes[26] == std::byte{0} && frame.bytes[27] == std::byte{0}) << i;
  }
}

TEST(Serialize, HeadersOfPacketTablesAreMadeLegal) {
  Packet packet = udp_packet(0);
  packet.tuple.proto = kTcp;
  packet.ip_length = 21;
  packet.transport_header = 0;
  packet.ihl = 0;
  packet.version = 4;
  packet.wire_length = 7;
  const auto frame = serialized(packet);
  EXPECT_EQ(frame.original, 40U);
  EXPECT_EQ(decoded(frame, LinkType::kRaw).transport_header, 20);
  packet.ip_length = 0xffffffff;
  EXPECT_EQ(serialized(packet).original, 65535U);
  packet.tuple.proto = kSctp;
  EXPECT_LE(serialized(packet).original, 65535U);
}

TEST(Serialize, IpAndTcpOptionsAreFilled) {
  Packet packet = udp_packet(10);
  packet.tuple.proto = kTcp;
  packet.ihl = 15;
  packet.transport_header = 60;
  packet.tcp_flags = kSyn;
  const auto frame = serialized(packet);
  EXPECT_EQ(frame.original, 130U);
  EXPECT_EQ(frame.bytes[20], std::byte{0}) << "end of options";
  const Packet back = decoded(frame, LinkType::kRaw);
  EXPECT_EQ(back.ihl, 15);
  EXPECT_EQ(back.transport_header, 60);
}

TEST(Serialize, FragmentsKeepTheirPlace) {
  Packet packet = udp_packet(0);
  packet.ip_length = 500;
  packet.ip_id = 99;
  packet.ip_flags = 1;
  packet.fragment_offset = 185;
  for (const bool v6 : {false, true}) {
    packet.version = v6 ? 6 : 4;
    const Packet back = decoded(serialized(packet, LinkType::kEthernet), LinkType::kEthernet);
    EXPECT_EQ(back.fragment_offset, 185);
    EXPECT_EQ(back.ip_flags, 1);
    EXPECT_EQ(back.ip_id, 99);
    EXPECT_EQ(back.ip_length, 500U);
    EXPECT_EQ(back.tuple.proto, kUdp);
    EXPECT_EQ(back.transport_header, 0);
  }
}

TEST(Serialize, LinkTypesThatCannotCarryIt) {
  EXPECT_THROW(serialized(udp_packet(1), LinkType::kIpv6), Error);
  EXPECT_THROW(serialized(udp_packet(1), LinkType::kPpp), Error);
}

TEST(LinkHeader, MacAddresses) {
  EXPECT_EQ(mac_of(IpAddress::v4(0xffffffff)), 0xffffffffffffU);
  EXPECT_EQ(mac_of(IpAddress::v4(0xe00000fb)), 0x01005e0000fbU);
  EXPECT_EQ(mac_of(IpAddress::v4(0xefffffff)), 0x01005e7fffffU);
  EXPECT_EQ(mac_of({0xff02000000000000, 0x1}), 0x333300000001U);
  const auto one = mac_of(IpAddress::v4(0x0a000001));
  EXPECT_EQ(one >> 40, 0x02U) << "locally administered, for one station";
  EXPECT_EQ(one, mac_of(IpAddress::v4(0x0a000001)));
  EXPECT_NE(one, mac_of(IpAddress::v4(0x0a000002)));
}

TEST(Crc32c, KnownValues) {
  const std::vector<std::uint8_t> digits = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(crc32c(digits), 0xe3069283U);
  EXPECT_EQ(crc32c({}, 32), 0x8a9136aaU) << "RFC 3720, B.4: 32 bytes of zeros";
}

TEST(Crc32c, ZerosInClosedFormEqualZerosVisited) {
  std::vector<std::uint8_t> bytes = {1, 2, 3, 250};
  for (std::uint64_t zeros = 0; zeros < 3000; zeros = zeros * 2 + 1) {
    auto longer = bytes;
    longer.resize(bytes.size() + zeros);
    EXPECT_EQ(crc32c(bytes, zeros), crc32c(longer)) << zeros;
  }
}

}  // namespace
}  // namespace tracetwin
