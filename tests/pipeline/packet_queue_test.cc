#include "pipeline/packet_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace tracetwin {
namespace {

using Sent = std::vector<std::pair<std::int64_t, std::string>>;

void pack_number(const Packet& packet, std::string& bytes) {
  bytes += std::string(packet.tcp_seq % 5, '.') + std::to_string(packet.tcp_seq);
}

/// What would go out if all packets were sorted at once.
Sent sorted(const std::vector<Packet>& packets) {
  std::vector<Packet> all = packets;
  std::ranges::stable_sort(all, {}, &Packet::time_ns);
  Sent sent;
  for (const Packet& packet : all) {
    std::string bytes;
    pack_number(packet, bytes);
    sent.emplace_back(packet.time_ns, bytes);
  }
  return sent;
}

TEST(PacketQueue, HandsOnInOrderOfTimeAndThenOfArrival) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    PacketQueue queue;
    std::vector<Packet> all;
    Sent sent;
    const PutPacket put = [&](std::int64_t time_ns, std::string_view bytes) {
      sent.emplace_back(time_ns, bytes);
    };
    std::int64_t start = 0;
    for (int block = 0; block < 12; ++block) {
      queue.send_until(start, put);
      for (const auto& [time_ns, bytes] : sent) {
        EXPECT_LT(time_ns, start);
      }
      std::vector<Packet> packets(random.below(5000));
      for (Packet& packet : packets) {
        packet.time_ns = start + static_cast<std::int64_t>(random.below(1 + random.below(3000)));
        packet.tcp_seq = static_cast<std::uint32_t>(all.size() + random.below(1000));
      }
      all.insert(all.end(), packets.begin(), packets.end());
      queue.add(packed(packets, pack_number, 2));
      start += static_cast<std::int64_t>(random.below(400));
    }
    queue.send_until(std::numeric_limits<std::int64_t>::max(), put);
    EXPECT_TRUE(sent == sorted(all)) << seed;
  }
}

TEST(PacketQueue, AnEmptyBlockIsNothing) {
  PacketQueue queue;
  queue.add(packed({}, pack_number, 1));
  queue.send_until(1, [](std::int64_t, std::string_view) { FAIL(); });
}

}  // namespace
}  // namespace tracetwin
