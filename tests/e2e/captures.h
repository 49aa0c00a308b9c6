#pragma once

#include <cstdint>
#include <string>

/// Captures built byte by byte, without the code under test.
namespace tracetwin::test {

/// A packet to be put into a capture.
struct TestPacket {
  std::uint32_t src = 0x0a000001;  ///< 10.0.0.1
  std::uint32_t dst = 0x0a000002;
  std::uint16_t srcport = 40000;
  std::uint16_t dstport = 443;
  std::uint8_t proto = 6;  ///< 6 TCP (ACK), 17 UDP
  std::uint16_t payload = 0;
};

/// An Ethernet frame around an IPv4 packet; checksums are 0.
std::string ethernet_frame(const TestPacket& packet);
/// An ARP request.
std::string arp_frame();

/// The header of a little-endian pcap file with microseconds.
std::string pcap_header(std::uint32_t link = 1, std::uint32_t snap = 65535);
std::string pcap_record(std::int64_t time_us, const std::string& frame);

/// `packets` TCP packets, two flows of alternating directions, one every millisecond from
/// 2024-01-01T00:00:00Z on.
std::string sample_pcap(int packets);

/// A small flow log with NetShare's columns and a further one, `label`, of two values.
std::string sample_flow_csv(int flows);

}  // namespace tracetwin::test
