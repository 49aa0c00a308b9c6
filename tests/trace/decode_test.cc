#include "trace/decode/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace/capture_support.h"
#include "trace/format/format.h"

namespace tracetwin {
namespace {

using test::big;
using test::hex;
using test::joined;
using test::Octets;
using test::zeros;

constexpr std::string_view kMacs = "020000000002 020000000001";

Octets ethernet(std::uint64_t type, const Octets& payload) {
  return joined({hex(kMacs), big(type, 2), payload});
}

/// 10.0.0.1 to 10.0.0.2; `fragment` holds flags and offset.
Octets ipv4(std::uint8_t protocol, const Octets& payload, std::uint16_t fragment = 0) {
  return joined({hex("45 b8"), big(20 + payload.size(), 2), hex("1234"), big(fragment, 2),
                 hex("40"), big(protocol, 1), hex("abcd 0a000001 0a000002"), payload});
}

/// 2001:db8::1 to 2001:db8::2, traffic class 0xb8, flow label 0x12345.
Octets ipv6(std::uint8_t next, const Octets& payload) {
  return joined({hex("6b812345"), big(payload.size(), 2), big(next, 1), hex("3f"),
                 hex("20010db8000000000000000000000001 20010db8000000000000000000000002"),
                 payload});
}

/// Port 1000 to 80, SYN+ACK, 4 bytes of options, 3 bytes of payload.
Octets tcp() {
  return hex("03e8 0050 01020304 05060708 6012 ffee 0000 0000 01010101 616263");
}

Octets udp() {
  return hex("0035 04d2 000a 0000 7878");
}

struct Decoded {
  DecodeResult result;
  Packet packet;
};

Decoded decoded(LinkType link, const Octets& bytes, std::uint32_t original = 0) {
  const auto length = original != 0 ? original : static_cast<std::uint32_t>(bytes.size());
  Decoded decoded;
  decoded.result = decode_frame({42, link, length, bytes}, decoded.packet);
  return decoded;
}

DecodeFault fault_of(LinkType link, const Octets& bytes) {
  return decoded(link, bytes).result.fault;
}

void expect_tcp(LinkType link, const Octets& bytes) {
  const auto [result, packet] = decoded(link, bytes);
  ASSERT_EQ(result.fault, DecodeFault::kNone) << describe(result, link);
  EXPECT_FALSE(result.transport_truncated);
  EXPECT_EQ(packet.tuple.proto, kTcp);
  EXPECT_EQ(packet.tuple.srcport, 1000);
  EXPECT_EQ(packet.tuple.dstport, 80);
  EXPECT_EQ(packet.payload_length, 3U);
  EXPECT_EQ(packet.wire_length, bytes.size());
  EXPECT_EQ(packet.time_ns, 42);
}

TEST(Decode, Ipv4TcpFieldByField) {
  const auto bytes = joined({ethernet(0x0800, ipv4(kTcp, tcp(), 0x4000)), zeros(6)});
  const auto [result, packet] = decoded(LinkType::kEthernet, bytes, 2000);
  ASSERT_EQ(result.fault, DecodeFault::kNone);
  EXPECT_EQ(packet.tuple,
            (FiveTuple{IpAddress::v4(0x0a000001), IpAddress::v4(0x0a000002), 1000, 80, kTcp}));
  EXPECT_EQ(packet.wire_length, 2000U);
  EXPECT_EQ(packet.captured_length, bytes.size());
  EXPECT_EQ(packet.ip_length, 47U);
  EXPECT_EQ(packet.payload_length, 3U);
  EXPECT_EQ(packet.transport_header, 24);
  EXPECT_EQ(packet.tcp_seq, 0x01020304U);
  EXPECT_EQ(packet.tcp_ack, 0x05060708U);
  EXPECT_EQ(packet.tcp_flags, kSyn | kAck);
  EXPECT_EQ(packet.tcp_window, 0xffee);
  EXPECT_EQ(packet.ip_id, 0x1234);
  EXPECT_EQ(packet.ip_checksum, 0xabcd);
  EXPECT_EQ(packet.ip_flags, 2);
  EXPECT_EQ(packet.version, 4);
  EXPECT_EQ(packet.ihl, 5);
  EXPECT_EQ(packet.tos, 0xb8);
  EXPECT_EQ(packet.ttl, 0x40);
  EXPECT_FALSE(packet.is_later_fragment());
}

TEST(Decode, Ipv6UdpFieldByField) {
  const auto [result, packet] = decoded(LinkType::kEthernet, ethernet(0x86dd, ipv6(kUdp, udp())));
  ASSERT_EQ(result.fault, DecodeFault::kNone);
  EXPECT_EQ(to_string(packet.tuple.src), "2001:db8::1");
  EXPECT_EQ(to_string(packet.tuple.dst), "2001:db8::2");
  EXPECT_EQ(packet.tuple.srcport, 53);
  EXPECT_EQ(packet.tuple.dstport, 1234);
  EXPECT_EQ(packet.version, 6);
  EXPECT_EQ(packet.ihl, 0);
  EXPECT_EQ(packet.tos, 0xb8);
  EXPECT_EQ(packet.flow_label, 0x12345U);
  EXPECT_EQ(packet.ttl, 0x3f);
  EXPECT_EQ(packet.ip_length, 50U);
  EXPECT_EQ(packet.payload_length, 2U);
}

TEST(Decode, EveryLinkType) {
  const Octets v4 = ipv4(kTcp, tcp());
  const Octets v6 = ipv6(kTcp, tcp());
  const Octets sll = joined({zeros(14), hex("0800"), v4});
  expect_tcp(LinkType::kEthernet, ethernet(0x0800, v4));
  expect_tcp(LinkType::kEthernet, ethernet(0x86dd, v6));
  expect_tcp(LinkType::kRaw, v4);
  expect_tcp(LinkType::kRaw, v6);
  expect_tcp(LinkType::kIpv4, v4);
  expect_tcp(LinkType::kIpv6, v6);
  expect_tcp(LinkType::kLinuxSll, sll);
  expect_tcp(LinkType::kLinuxSll2, joined({hex("86dd"), zeros(18), v6}));
  expect_tcp(LinkType::kLinuxSll2, joined({hex("8100"), zeros(18), hex("00050800"), v4}));
  for (const char* family : {"02000000", "00000002", "0f000800"}) {
    expect_tcp(LinkType::kNull, joined({hex(family), v4}));
    expect_tcp(LinkType::kLoop, joined({hex(family), v4}));
  }
  for (const char* family : {"18000000", "1c000000", "1e000000", "0000001e", "0a000000"}) {
    expect_tcp(LinkType::kNull, joined({hex(family), v6}));
  }
  expect_tcp(LinkType::kPpp, joined({hex("ff03 0021"), v4}));
  expect_tcp(LinkType::kPpp, joined({hex("0021"), v4}));
  expect_tcp(LinkType::kPpp, joined({hex("57"), v6}));
  expect_tcp(LinkType::kPppHdlc, joined({hex("ff03 0057"), v6}));
  expect_tcp(LinkType::kPppHdlc, joined({hex("0f00 0800"), v4}));
  expect_tcp(LinkType::kPppHdlc, joined({hex("8f00 86dd"), v6}));
  expect_tcp(LinkType::kPppEther, joined({hex("1100 0001 0031 0021"), v4}));
}

TEST(Decode, EveryTagBehindEthernet) {
  const Octets v4 = ipv4(kTcp, tcp());
  const Octets v6 = ipv6(kTcp, tcp());
  const Octets tagged = joined({hex("0064 0800"), v4});
  expect_tcp(LinkType::kEthernet, ethernet(0x8100, tagged));
  expect_tcp(LinkType::kEthernet, ethernet(0x88a8, joined({hex("0001 8100"), tagged})));
  expect_tcp(LinkType::kEthernet,
             ethernet(0x9100, joined({hex("0001 8100 0002 8100 0003 8100"), tagged})));
  expect_tcp(LinkType::kEthernet, ethernet(0x8926, joined({hex("00000000 8100"), tagged})));
  expect_tcp(LinkType::kEthernet, ethernet(0x893f, joined({zeros(6), hex("0800"), v4})));
  expect_tcp(LinkType::kEthernet, ethernet(0x8847, joined({hex("000010ff 000021ff"), v4})));
  expect_tcp(LinkType::kEthernet, ethernet(0x8848, joined({hex("000011ff"), v6})));
  expect_tcp(LinkType::kEthernet, ethernet(0x8864, joined({hex("1100 0001 0031 0021"), v4})));
  expect_tcp(LinkType::kEthernet,
             ethernet(0x8864, joined({hex("1100 0001 0031 0281 000011ff"), v4})));
  expect_tcp(LinkType::kEthernet, ethernet(55, joined({hex("aaaa03 000000 0800"), v4})));
  expect_tcp(LinkType::kEthernet, ethernet(50, joined({hex("060603"), v4})));
  expect_tcp(LinkType::kEthernet,
             ethernet(0x8100, joined({hex("0001 0037 aaaa03 000000 86dd"), v6})));
}

TEST(Decode, AThousandTagsAreWalked) {
  Octets bytes = ethernet(0x8100, {});
  for (int i = 0; i < 1000; ++i) {
    bytes = joined({bytes, hex("0001 8100")});
  }
  EXPECT_EQ(fault_of(LinkType::kEthernet, bytes), DecodeFault::kTruncatedLink);
  expect_tcp(LinkType::kEthernet, joined({bytes, hex("0001 0800"), ipv4(kTcp, tcp())}));
}

struct NotIpCase {
  LinkType link;
  Octets bytes;
  std::uint16_t ethertype;
  std::string_view words;
};

TEST(Decode, WhatIsNotIpIsNamed) {
  const std::vector<NotIpCase> cases = {
      {LinkType::kEthernet, ethernet(0x0806, zeros(28)), 0x0806, "ARP (EtherType 0x0806)"},
      {LinkType::kEthernet, ethernet(0x8100, hex("0001 88cc 00")), 0x88cc, "LLDP"},
      {LinkType::kEthernet, ethernet(38, hex("424203 0000")), 0, "no EtherType"},
      {LinkType::kEthernet, ethernet(38, hex("aaaa03 00000c 2000 01")), 0, "no EtherType"},
      {LinkType::kEthernet, ethernet(0x1234, zeros(8)), 0x1234, "EtherType 0x1234"},
      {LinkType::kEthernet, ethernet(0x8847, hex("000011ff 00000000")), 0x8847, "MPLS"},
      {LinkType::kEthernet, ethernet(0x8864, hex("11000001 0004 c021 0101")), 0x8864, "PPPoE"},
      {LinkType::kPpp, hex("ff03 c021 0101"), 0xc021, "PPP protocol 0xc021"},
      {LinkType::kNull, hex("07000000 00"), 0, "address family"},
      {LinkType::kLinuxSll, joined({zeros(14), hex("0060"), zeros(40)}), 0x0060, "0x0060"},
  };
  for (const NotIpCase& given : cases) {
    const auto result = decoded(given.link, given.bytes).result;
    EXPECT_EQ(result.fault, DecodeFault::kNotIp);
    EXPECT_EQ(result.ethertype, given.ethertype);
    EXPECT_THAT(describe(result, given.link), testing::HasSubstr(std::string(given.words)));
  }
}

TEST(Decode, UnknownLinkTypesAreNamed) {
  for (const std::uint32_t number : {2U, 127U, 147U, 65000U}) {
    const auto link = static_cast<LinkType>(number);
    const auto result = decoded(link, zeros(100)).result;
    EXPECT_EQ(result.fault, DecodeFault::kUnknownLink);
    EXPECT_THAT(describe(result, link), testing::HasSubstr(std::to_string(number)));
  }
  EXPECT_THAT(describe({DecodeFault::kUnknownLink, 0, false}, static_cast<LinkType>(239)),
              testing::HasSubstr("NFLOG"));
}

TEST(Decode, EveryTruncationOfAFrame) {
  const Octets whole = ethernet(0x8100, joined({hex("0001 0800"), ipv4(kTcp, tcp())}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto [result, packet] =
        decoded(LinkType::kEthernet, cut, static_cast<std::uint32_t>(whole.size()));
    const auto expected = size < 18   ? DecodeFault::kTruncatedLink
                          : size < 38 ? DecodeFault::kTruncatedIp
                                      : DecodeFault::kNone;
    ASSERT_EQ(result.fault, expected) << size;
    if (expected == DecodeFault::kNone) {
      EXPECT_EQ(packet.ip_length, 47U);
      EXPECT_EQ(packet.payload_length, size < 38 + 14 ? 7U : 3U);
      EXPECT_EQ(packet.tuple.dstport, size < 38 + 4 ? 0 : 80);
      EXPECT_EQ(packet.tcp_flags, size < 38 + 14 ? 0 : kSyn | kAck);
      EXPECT_EQ(result.transport_truncated, size < 38 + 16);
    }
  }
}

TEST(Decode, BadIpHeaders) {
  Octets v4 = ipv4(kTcp, tcp());
  v4[0] = std::byte{0x44};
  EXPECT_EQ(fault_of(LinkType::kIpv4, v4), DecodeFault::kBadIpHeader);
  v4[0] = std::byte{0x55};
  EXPECT_EQ(fault_of(LinkType::kRaw, v4), DecodeFault::kBadIpHeader);
  v4 = ipv4(kTcp, tcp());
  v4[3] = std::byte{19};
  EXPECT_EQ(fault_of(LinkType::kIpv4, v4), DecodeFault::kBadIpHeader);
  EXPECT_EQ(fault_of(LinkType::kEthernet, ethernet(0x86dd, ipv4(kTcp, tcp()))),
            DecodeFault::kBadIpHeader);
  EXPECT_EQ(fault_of(LinkType::kRaw, {}), DecodeFault::kTruncatedIp);
}

TEST(Decode, Ipv4OptionsAndPadding) {
  const Octets v4 =
      joined({hex("46 00 0033 0000 0000 40 06 0000 0a000001 0a000002 94040000"), tcp()});
  const auto [result, packet] = decoded(LinkType::kRaw, joined({v4, zeros(20)}));
  ASSERT_EQ(result.fault, DecodeFault::kNone);
  EXPECT_EQ(packet.ihl, 6);
  EXPECT_EQ(packet.tuple.srcport, 1000);
  EXPECT_EQ(packet.payload_length, 3U);
  const Decoded padded = decoded(LinkType::kRaw, joined({ipv4(kTcp, {}), tcp()}));
  EXPECT_EQ(padded.packet.tuple.srcport, 0) << "bytes behind the IP length are padding";
  EXPECT_TRUE(padded.result.transport_truncated);
}

TEST(Decode, FragmentsHavePortsOnlyInTheFirst) {
  const Packet packet = decoded(LinkType::kRaw, ipv4(kUdp, udp(), 0x2000)).packet;
  EXPECT_EQ(packet.tuple.srcport, 53);
  EXPECT_EQ(packet.ip_flags, 1);
  const Decoded later = decoded(LinkType::kRaw, ipv4(kUdp, udp(), 0x00b9));
  EXPECT_EQ(later.packet.tuple.srcport, 0);
  EXPECT_EQ(later.packet.fragment_offset, 185);
  EXPECT_EQ(later.packet.payload_length, 10U);
  EXPECT_EQ(later.packet.transport_header, 0);
  EXPECT_FALSE(later.result.transport_truncated);
}

TEST(Decode, Ipv6ExtensionHeaders) {
  const Octets hop_by_hop = hex("2b00 010400000000");
  const Octets routing = hex("3c00 010400000000");
  const Octets destination = hex("3300 010400000000");
  const Octets authentication = hex("8702 0000 00000001 00000002 00000000");
  const Octets mobility = hex("0600 010400000000");
  expect_tcp(LinkType::kRaw,
             ipv6(0, joined({hop_by_hop, routing, destination, authentication, mobility, tcp()})));
}

TEST(Decode, Ipv6Fragments) {
  const Decoded first =
      decoded(LinkType::kRaw, ipv6(44, joined({hex("11 00 0001 0000abcd"), udp()})));
  EXPECT_EQ(first.packet.tuple.proto, kUdp);
  EXPECT_EQ(first.packet.tuple.srcport, 53);
  EXPECT_EQ(first.packet.ip_flags, 1);
  EXPECT_EQ(first.packet.ip_id, 0xabcd);
  const Decoded later =
      decoded(LinkType::kRaw, ipv6(44, joined({hex("11 00 0010 0000abcd"), udp()})));
  EXPECT_EQ(later.packet.fragment_offset, 2);
  EXPECT_EQ(later.packet.tuple.srcport, 0);
  EXPECT_EQ(later.packet.payload_length, 10U);
}

TEST(Decode, Ipv6UpperLayersThatLookLikeExtensions) {
  EXPECT_EQ(decoded(LinkType::kRaw, ipv6(135, hex("3b00 050000000000"))).packet.tuple.proto, 135);
  EXPECT_EQ(decoded(LinkType::kRaw, ipv6(59, {})).packet.tuple.proto, 59);
  EXPECT_EQ(decoded(LinkType::kRaw, ipv6(50, zeros(30))).packet.tuple.proto, 50);
}

TEST(Decode, Ipv6ExtensionsThatDoNotFit) {
  EXPECT_EQ(fault_of(LinkType::kRaw, ipv6(0, hex("06ff 010400000000"))), DecodeFault::kBadIpHeader);
  EXPECT_EQ(fault_of(LinkType::kRaw, ipv6(60, {})), DecodeFault::kBadIpHeader);
  Octets cut = ipv6(60, joined({hex("0601"), zeros(14), tcp()}));
  cut.resize(50);
  EXPECT_EQ(fault_of(LinkType::kRaw, cut), DecodeFault::kTruncatedIp);
}

TEST(Decode, Jumbograms) {
  Octets jumbo = ipv6(0, joined({hex("0600 c204 00011170"), tcp()}));
  jumbo[4] = jumbo[5] = std::byte{0};
  const auto packet = decoded(LinkType::kRaw, jumbo, 70'040).packet;
  EXPECT_EQ(packet.ip_length, 70'040U);
  EXPECT_EQ(packet.payload_length, 70'040U - 40 - 8 - 24);
  EXPECT_EQ(packet.tuple.srcport, 1000);
  jumbo.resize(44);
  EXPECT_EQ(fault_of(LinkType::kRaw, jumbo), DecodeFault::kBadIpHeader)
      << "without its option a length of 0 means no payload";
  EXPECT_EQ(decoded(LinkType::kRaw, jumbo, 70'040).result.fault, DecodeFault::kTruncatedIp);
}

TEST(Decode, OffloadedSegmentsTakeTheirLengthFromTheFrame) {
  Octets v4 = ipv4(kTcp, tcp());
  v4[2] = v4[3] = std::byte{0};
  EXPECT_EQ(decoded(LinkType::kEthernet, ethernet(0x0800, v4), 80'014).packet.ip_length, 80'000U);
  Octets v6 = ipv6(kTcp, tcp());
  v6[4] = v6[5] = std::byte{0};
  EXPECT_EQ(decoded(LinkType::kEthernet, ethernet(0x86dd, v6), 80'014).packet.ip_length, 80'000U);
  EXPECT_EQ(decoded(LinkType::kEthernet, ethernet(0x86dd, v6)).packet.ip_length, 40U);
}

TEST(Decode, TransportHeaders) {
  struct Case {
    std::uint8_t protocol;
    Octets payload;
    std::uint16_t srcport, dstport;
    std::uint8_t header;
  };
  const std::vector<Case> cases = {
      {kUdp, udp(), 53, 1234, 8},
      {kUdpLite, udp(), 53, 1234, 8},
      {kSctp, joined({hex("0bb8 0bb9"), zeros(24)}), 3000, 3001, 12},
      {kDccp, joined({hex("0bb8 0bb9 04"), zeros(24)}), 3000, 3001, 16},
      {kIcmp, hex("0301 0000 00000000 4500"), 3, 1, 8},
      {kIcmpV6, hex("8704 0000 00000000"), 0x87, 4, 8},
      {47, hex("0000 0800 4500"), 0, 0, 0},
      {2, zeros(8), 0, 0, 0},
  };
  for (const Case& given : cases) {
    const auto [result, packet] = decoded(LinkType::kRaw, ipv4(given.protocol, given.payload));
    EXPECT_EQ(packet.tuple.srcport, given.srcport);
    EXPECT_EQ(packet.tuple.dstport, given.dstport);
    EXPECT_EQ(packet.transport_header, given.header);
    EXPECT_EQ(packet.payload_length, given.payload.size() - given.header);
    EXPECT_FALSE(result.transport_truncated);
  }
  const auto [result, packet] = decoded(LinkType::kRaw, ipv4(kUdp, hex("0035")));
  EXPECT_TRUE(result.transport_truncated);
  EXPECT_EQ(packet.payload_length, 0U);
}

TEST(Decode, TcpHeaderLengthsThatLie) {
  Octets segment = tcp();
  segment[12] = std::byte{0x10};
  EXPECT_EQ(decoded(LinkType::kRaw, ipv4(kTcp, segment)).packet.transport_header, 20);
  segment[12] = std::byte{0xf0};
  const auto packet = decoded(LinkType::kRaw, ipv4(kTcp, segment)).packet;
  EXPECT_EQ(packet.transport_header, 27);
  EXPECT_EQ(packet.payload_length, 0U);
}

TEST(PacketsOf, CountsFramesWithoutAPacket) {
  const auto record = [](const Octets& data) {
    return joined({zeros(8), test::little(data.size(), 4), test::little(data.size(), 4), data});
  };
  const auto bytes =
      joined({hex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000"),
              record(ethernet(0x0806, zeros(28))), record(ethernet(0x0800, ipv4(kTcp, tcp()))),
              record(ethernet(0x0806, zeros(28))), record(zeros(3)), hex("0000")});
  const auto packets = packets_of(AnyReader(test::capture_reader(bytes)));
  Packet packet;
  ASSERT_TRUE(packets->next(packet));
  EXPECT_EQ(packet.tuple.dstport, 80);
  EXPECT_FALSE(packets->next(packet));
  const auto& rows = packets->skips().rows();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].first, 5U);
  EXPECT_EQ(rows[1].reason, "not IP: ARP (EtherType 0x0806)");
  EXPECT_EQ(rows[1].count, 2U);
  EXPECT_EQ(rows[1].first, 1U);
  EXPECT_EQ(rows[2].first, 4U);
  EXPECT_EQ(packets->skips().total(), 4U);
  EXPECT_EQ(packets->info().format, "pcap");
}

}  // namespace
}  // namespace tracetwin
