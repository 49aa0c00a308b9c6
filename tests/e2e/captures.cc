#include "e2e/captures.h"

namespace tracetwin::test {
namespace {

constexpr std::int64_t kStart_us = 1'704'067'200'000'000;  // 2024-01-01T00:00:00Z

std::string big(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text += static_cast<char>(value >> shift & 0xff);
  }
  return text;
}

std::string little(std::uint64_t value, int bytes) {
  const std::string text = big(value, bytes);
  return {text.rbegin(), text.rend()};
}

std::string tcp_header(const TestPacket& packet) {
  return big(packet.srcport, 2) + big(packet.dstport, 2) + big(1, 4) + big(1, 4) + big(0x5010, 2) +
         big(1024, 2) + big(0, 4);
}

std::string udp_header(const TestPacket& packet) {
  return big(packet.srcport, 2) + big(packet.dstport, 2) + big(8U + packet.payload, 2) + big(0, 2);
}

}  // namespace

std::string ethernet_frame(const TestPacket& packet) {
  const std::string transport = (packet.proto == 6 ? tcp_header(packet) : udp_header(packet)) +
                                std::string(packet.payload, 'x');
  return std::string(12, '\2') + big(0x0800, 2) + big(0x4500, 2) + big(20 + transport.size(), 2) +
         big(0, 4) + big(64, 1) + big(packet.proto, 1) + big(0, 2) + big(packet.src, 4) +
         big(packet.dst, 4) + transport;
}

std::string arp_frame() {
  return std::string(12, '\2') + big(0x0806, 2) + std::string(28, '\0');
}

std::string pcap_header(std::uint32_t link, std::uint32_t snap) {
  return little(0xa1b2c3d4, 4) + little(2, 2) + little(4, 2) + little(0, 8) + little(snap, 4) +
         little(link, 4);
}

std::string pcap_record(std::int64_t time_us, const std::string& frame) {
  const auto time = static_cast<std::uint64_t>(time_us);
  return little(time / 1'000'000, 4) + little(time % 1'000'000, 4) + little(frame.size(), 4) +
         little(frame.size(), 4) + frame;
}

std::string sample_pcap(int packets) {
  std::string file = pcap_header();
  for (int i = 0; i < packets; ++i) {
    TestPacket packet;
    packet.srcport = i % 4 < 2 ? 40000 : 40001;
    packet.payload = static_cast<std::uint16_t>(i % 7 * 100);
    if (i % 2 == 1) {
      std::swap(packet.src, packet.dst);
      std::swap(packet.srcport, packet.dstport);
    }
    file += pcap_record(kStart_us + 1000 * i, ethernet_frame(packet));
  }
  return file;
}

std::string sample_flow_csv(int flows) {
  std::string file = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n";
  for (int i = 0; i < flows; ++i) {
    file += "10.0.0." + std::to_string(1 + i % 3) + ",192.168.0.9," + std::to_string(40000 + i) +
            ",53,UDP," + std::to_string(kStart_us + 1000 * i) + ",0.25," + std::to_string(1 + i) +
            "," + std::to_string(100 * (1 + i)) + (i % 2 == 0 ? ",good\n" : ",bad\n");
  }
  return file;
}

}  // namespace tracetwin::test
