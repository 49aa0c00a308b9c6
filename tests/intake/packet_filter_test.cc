#include "intake/packet_filter.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/error.h"

namespace tracetwin {
namespace {

/// An IPv4 packet with a UDP header, or an IPv6 one, behind `head`.
std::vector<std::byte> behind(std::initializer_list<int> head, bool v6 = false) {
  std::vector<std::byte> bytes;
  for (const int value : head) {
    bytes.push_back(static_cast<std::byte>(value));
  }
  const std::size_t at = bytes.size();
  bytes.resize(at + (v6 ? 48 : 28));
  bytes[at] = static_cast<std::byte>(v6 ? 0x60 : 0x45);
  bytes[at + (v6 ? 6 : 9)] = std::byte{17};
  bytes[at + (v6 ? 43 : 23)] = std::byte{53};  // destination port
  return bytes;
}

bool passes(const char* text, LinkType link, const std::vector<std::byte>& bytes) {
  PacketFilter filter{text};
  return filter.passes({0, link, static_cast<std::uint32_t>(bytes.size()), bytes});
}

TEST(PacketFilter, FindsTheSameBehindEveryLinkHeader) {
  const std::vector<std::pair<LinkType, std::vector<std::byte>>> frames = {
      {LinkType::kEthernet, behind({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0})},
      {LinkType::kRaw, behind({})},
      {LinkType::kIpv4, behind({})},
      {LinkType::kNull, behind({2, 0, 0, 0})},
      {LinkType::kNull, behind({0, 0, 0, 2})},
      {LinkType::kLoop, behind({0, 0, 0, 2})},
      {LinkType::kLinuxSll, behind({0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0})},
      {LinkType::kLinuxSll2, behind({8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0})},
      {LinkType::kPpp, behind({0xff, 0x03, 0x00, 0x21})},
  };
  for (const auto& [link, bytes] : frames) {
    EXPECT_TRUE(passes("udp dst port 53", link, bytes)) << static_cast<int>(link);
    EXPECT_FALSE(passes("tcp", link, bytes)) << static_cast<int>(link);
    EXPECT_FALSE(passes("ip6", link, bytes)) << static_cast<int>(link);
  }
}

TEST(PacketFilter, KnowsIpv6OfEverySystemsLoopback) {
  for (const int family : {24, 28, 30}) {
    EXPECT_TRUE(passes("ip6 and udp port 53", LinkType::kNull, behind({family, 0, 0, 0}, true)));
    EXPECT_TRUE(passes("ip6 and udp port 53", LinkType::kNull, behind({0, 0, 0, family}, true)));
  }
}

TEST(PacketFilter, LengthsAreThoseOnTheWire) {
  const auto bytes = behind({});
  PacketFilter filter{"greater 1000"};
  EXPECT_TRUE(filter.passes({0, LinkType::kRaw, 1500, bytes}));
  EXPECT_FALSE(filter.passes({0, LinkType::kRaw, 60, bytes}));
}

TEST(PacketFilter, WhatIsNoFilterIsRefused) {
  PacketFilter nonsense{"tcp prot 80"};
  EXPECT_THROW(nonsense.prepare(LinkType::kEthernet), Error);
  PacketFilter ethernet{"ether host 01:02:03:04:05:06"};
  EXPECT_NO_THROW(ethernet.prepare(LinkType::kEthernet));
  EXPECT_THROW(ethernet.prepare(LinkType::kRaw), Error);
}

}  // namespace
}  // namespace tracetwin
