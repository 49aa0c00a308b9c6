#include "trace/address.h"

#include <gtest/gtest.h>

#include "trace/packet.h"

namespace tracetwin {
namespace {

std::string canonical(std::string_view text) {
  const auto address = parse_address(text);
  return address ? to_string(*address) : "none";
}

TEST(Address, WritesTheCanonicalFormOfRfc5952) {
  EXPECT_EQ(canonical("2001:0DB8:0:0:0:0:2:1"), "2001:db8::2:1");
  EXPECT_EQ(canonical("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(canonical("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
  EXPECT_EQ(canonical("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(canonical("0:0:0:0:0:0:0:0"), "::");
  EXPECT_EQ(canonical("::1"), "::1");
  EXPECT_EQ(canonical("1::"), "1::");
  EXPECT_EQ(canonical("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(canonical("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8");
  EXPECT_EQ(canonical("fe80::ABCD"), "fe80::abcd");
}

TEST(Address, ReadsIpv4InEveryForm) {
  EXPECT_EQ(canonical("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical("0.0.0.0"), "0.0.0.0");
  EXPECT_EQ(canonical("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(canonical("3221225985"), "192.0.2.1");
  EXPECT_EQ(canonical("0"), "0.0.0.0");
  EXPECT_EQ(canonical("4294967295"), "255.255.255.255");
  EXPECT_EQ(canonical("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(parse_address("192.0.2.1"), IpAddress::v4(0xc0000201));
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"",
                           " ",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "1.2.3.04",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1..2.3",
                           "1.2.3.-4",
                           "+1",
                           "-1",
                           "4294967296",
                           "00",
                           "1e3",
                           "12.5",
                           ":",
                           ":::",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "fe80::1%eth0",
                           "::g",
                           "12345::",
                           "::1.2.3",
                           "a.b.c.d",
                           "1:2:3:4:5:6:7:8:1:2:3:4:5:6:7:8:1:2:3:4:5:6:7:8"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("::1\0", 4)));
}

TEST(Address, BytesAreInNetworkOrder) {
  const auto address = *parse_address("2001:db8::1:203");
  const auto bytes = address.bytes();
  EXPECT_EQ(bytes[0], 0x20);
  EXPECT_EQ(bytes[15], 0x03);
  EXPECT_EQ(IpAddress::v6(bytes.data()), address);
  EXPECT_FALSE(address.is_v4());
  EXPECT_EQ(IpAddress::v4(0x01020304).bytes()[10], 0xff);
}

TEST(Protocol, NamesAndNumbersGoBothWays) {
  for (int number = 0; number < 256; ++number) {
    const auto protocol = static_cast<std::uint8_t>(number);
    EXPECT_EQ(parse_protocol(protocol_name(protocol)), protocol);
    EXPECT_EQ(parse_protocol(std::to_string(number)), protocol);
  }
  EXPECT_EQ(protocol_name(6), "TCP");
  EXPECT_EQ(protocol_name(17), "UDP");
  EXPECT_EQ(protocol_name(200), "200");
  EXPECT_EQ(parse_protocol("tcp"), 6);
  EXPECT_EQ(parse_protocol("IPv6-icmp"), 58);
  for (const char* text : {"", "256", "-1", "tcpx", "6 ", "tc"}) {
    EXPECT_FALSE(parse_protocol(text)) << text;
  }
}

TEST(Protocol, KnowsWhichHavePorts) {
  EXPECT_TRUE(has_ports(kTcp) && has_ports(kUdp) && has_ports(kSctp) && has_ports(kDccp) &&
              has_ports(kUdpLite));
  EXPECT_FALSE(has_ports(kIcmp) || has_ports(kIcmpV6) || has_ports(47) || has_ports(0));
}

}  // namespace
}  // namespace tracetwin
