// What an independent dissector says about our frames. Skipped where there is no tshark.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "capture_file.h"
#include "compile/compiler.h"
#include "support/support.h"

namespace tracetwin {
namespace {

using test::TemporaryFolder;

bool has_tshark() {
  return std::system("tshark --version > /dev/null 2>&1") == 0;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> part{};
  while (pipe && std::fgets(part.data(), part.size(), pipe.get()) != nullptr) {
    text += part.data();
  }
  return text;
}

/// The packets, one a line, that tshark finds fault with; empty when it finds none.
std::string complaints(const std::vector<Packet>& packets, LinkType link, std::uint32_t snap) {
  const TemporaryFolder folder;
  const auto path = folder / "twin.pcap";
  test::write_capture(path, packets, link, snap);
  const std::string command =
      "tshark -n -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE"
      " -o 'sctp.checksum:CRC 32c' -r " +
      path.string() +
      " -Y '_ws.malformed || ip.checksum.status==0 || tcp.checksum.status==0 ||"
      " udp.checksum.status==0 || icmp.checksum.status==0 || icmpv6.checksum.status==0 ||"
      " igmp.checksum.status==0 || sctp.checksum.status==0 || dccp.checksum.status==0'"
      " 2> /dev/null";
  return output_of(command).substr(0, 2000);
}

/// How many of the packets tshark shows under a filter.
std::size_t matches(const std::vector<Packet>& packets, const std::string& filter) {
  const TemporaryFolder folder;
  const auto path = folder / "twin.pcap";
  test::write_capture(path, packets, LinkType::kEthernet, 0);
  const std::string text = output_of(
      "tshark -n -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE"
      " -o udp.check_checksum:TRUE -o 'sctp.checksum:CRC 32c' -r " +
      path.string() + " -T fields -e frame.number -Y '" + filter + "' 2> /dev/null");
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Builds up conversations with addresses of their own, one after another.
class Scene {
 public:
  void add(FiveTuple ports, bool v6, const std::vector<std::uint32_t>& payloads,
           TcpOpen open = TcpOpen::kHandshake, TcpClose close = TcpClose::kFin) {
    ConversationPlan plan;
    plan.tuple = ports;
    ++hosts_;
    plan.tuple.src =
        v6 ? IpAddress{0x20010db800000000, hosts_} : IpAddress::v4(0x0a000000 + hosts_);
    plan.tuple.dst =
        v6 ? IpAddress{0x20010db800010000, hosts_} : IpAddress::v4(0xc6120000 + hosts_);
    plan.open = open;
    plan.close = close;
    plan.forward.ip_id = IpIdPolicy::kCounter;
    plan.forward.options = static_cast<TcpOptions>(hosts_ % kTcpOptionKinds);
    plan.backward.options = static_cast<TcpOptions>(hosts_ / kTcpOptionKinds % kTcpOptionKinds);
    bool forward = true;
    for (const std::uint32_t payload : payloads) {
      plan.packets.push_back({time_ += 1'000'000, payload, forward, true});
      forward = !forward;
    }
    compile(plan, random_, packets);
  }

  std::vector<Packet> packets;

 private:
  Random random_{3};
  std::uint32_t hosts_ = 0;
  std::int64_t time_ = 1'700'000'000'000'000'000;
};

FiveTuple ports(std::uint8_t protocol, std::uint16_t port) {
  return {{}, {}, 50001, port, protocol};
}

const std::vector<std::uint32_t> kSizes = {0,  1,  2,  3,  4,  7,  8,   12,  13,   16, 20,
                                           28, 33, 40, 48, 60, 64, 100, 500, 1400, 0,  0};

std::vector<std::uint16_t> service_ports() {
  std::vector<std::uint16_t> all;
  for (std::uint16_t port = 1; port < 700; ++port) {
    all.push_back(port);
  }
  for (const int port :
       {1194, 1433, 1521, 1701, 1723, 1812, 1813,  1883,  1900,  2049,  2055,  2152,  2222, 3128,
        3260, 3306, 3389, 3478, 3544, 3784, 4500,  4789,  5004,  5060,  5061,  5222,  5228, 5353,
        5355, 5432, 5555, 5672, 5683, 5900, 6000,  6081,  6343,  6379,  6667,  6881,  8000, 8080,
        8116, 8443, 9092, 9200, 9993, 9996, 10001, 11211, 25565, 27017, 33434, 44818, 51820}) {
    all.push_back(static_cast<std::uint16_t>(port));
  }
  return all;
}

class Tshark : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_tshark()) {
      GTEST_SKIP() << "tshark is not there";
    }
  }
};

TEST_F(Tshark, FindsNoFaultInAnyService) {
  Scene scene;
  for (const std::uint16_t port : service_ports()) {
    scene.add(ports(kUdp, port), port % 3 == 0, {1, 9, 33, 60, 301, 1400});
    scene.add(ports(kTcp, port), port % 3 == 0, {0, 0, 0, 9, 33, 301, 1460, 1, 0, 0, 0});
  }
  for (const std::uint32_t snap : {0U, 96U, 128U}) {
    EXPECT_EQ(complaints(scene.packets, LinkType::kEthernet, snap), "") << "snap " << snap;
  }
}

TEST_F(Tshark, FindsNoFaultInAnyProtocol) {
  Scene scene;
  for (int protocol = 0; protocol < 256; ++protocol) {
    const bool ends = protocol == kIcmp || protocol == kIcmpV6;
    FiveTuple tuple = ports(static_cast<std::uint8_t>(protocol), 50003);
    tuple.srcport = ends ? 8 : tuple.srcport;
    tuple.dstport = ends ? 0 : tuple.dstport;
    scene.add(tuple, false, kSizes);
    scene.add(tuple, true, kSizes);
  }
  EXPECT_EQ(complaints(scene.packets, LinkType::kEthernet, 0), "");
  EXPECT_EQ(complaints(scene.packets, LinkType::kEthernet, 96), "");
}

TEST_F(Tshark, FindsNoFaultInAnyLinkType) {
  Scene scene;
  scene.add(ports(kUdp, 50007), false, {100, 101});
  scene.add(ports(kTcp, 50007), true, {0, 0, 0, 100, 7});
  for (const LinkType link : {LinkType::kRaw, LinkType::kNull, LinkType::kLoop, LinkType::kLinuxSll,
                              LinkType::kLinuxSll2}) {
    EXPECT_EQ(complaints(scene.packets, link, 0), "") << "link " << static_cast<int>(link);
  }
}

TEST_F(Tshark, FindsNoFaultInIcmp) {
  Scene scene;
  for (std::uint16_t type = 0; type < 256; ++type) {
    scene.add({{}, {}, type, 0, kIcmp}, false, kSizes);
    scene.add({{}, {}, type, 0, kIcmpV6}, true, kSizes);
    scene.add({{}, {}, type, 1, kIcmp}, false, kSizes);
  }
  EXPECT_EQ(complaints(scene.packets, LinkType::kEthernet, 0), "");
}

TEST_F(Tshark, FindsNoFaultInAnyTcpStory) {
  Scene scene;
  for (int open = 0; open < 4; ++open) {
    for (int close = 0; close < 3; ++close) {
      for (std::size_t count = 1; count < 14; ++count) {
        std::vector<std::uint32_t> payloads(count, 700);
        scene.add(ports(kTcp, 443), count % 2 == 0, payloads, static_cast<TcpOpen>(open),
                  static_cast<TcpClose>(close));
      }
    }
  }
  EXPECT_EQ(complaints(scene.packets, LinkType::kEthernet, 0), "");
  EXPECT_EQ(matches(scene.packets,
                    "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment ||"
                    " tcp.analysis.out_of_order"),
            0U);
}

/// The checks above must be able to fail: checksums are looked at, and found good.
TEST_F(Tshark, VerifiesOurChecksums) {
  Scene scene;
  scene.add(ports(kUdp, 50007), false, {100, 101});
  scene.add(ports(kTcp, 50007), true, {0, 0, 0, 100, 7});
  scene.add(ports(kSctp, 50007), false, {4, 4});
  scene.add({{}, {}, 8, 0, kIcmp}, false, {56, 56});
  scene.add({{}, {}, 128, 0, kIcmpV6}, true, {57, 57});
  EXPECT_EQ(matches(scene.packets, "ip.checksum.status==1"), 6U);
  EXPECT_EQ(matches(scene.packets, "udp.checksum.status==1"), 2U);
  EXPECT_EQ(matches(scene.packets, "tcp.checksum.status==1"), 5U);
  EXPECT_EQ(matches(scene.packets, "sctp.checksum.status==1"), 2U);
  EXPECT_EQ(matches(scene.packets, "icmp.checksum.status==1"), 2U);
  EXPECT_EQ(matches(scene.packets, "icmpv6.checksum.status==1"), 2U);
}

TEST_F(Tshark, FindsNoFaultInFragments) {
  std::vector<Packet> packets;
  for (int protocol = 0; protocol < 256; ++protocol) {
    for (const int offset : {0, 3, 185}) {
      Packet packet;
      packet.time_ns = 1'700'000'000'000'000'000;
      packet.tuple = {IpAddress::v4(0x0a000001), IpAddress::v4(0x0a000002), 53, 53,
                      static_cast<std::uint8_t>(protocol)};
      packet.version = protocol % 2 == 0 ? 4 : 6;
      packet.ttl = 64;
      packet.ip_id = static_cast<std::uint16_t>(protocol);
      packet.fragment_offset = static_cast<std::uint16_t>(offset);
      packet.ip_flags = offset == 185 ? 0 : 1;
      packet.payload_length = 24;
      packets.push_back(packet);
    }
  }
  EXPECT_EQ(complaints(packets, LinkType::kEthernet, 0), "");
}

}  // namespace
}  // namespace tracetwin
