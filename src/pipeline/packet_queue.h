#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/packet.h"

namespace tracetwin {

/// Packets in order of time, each as the bytes in which it goes on.
struct PackedPackets {
  struct Item {
    std::int64_t time_ns = 0;
    std::uint64_t end = 0;  ///< of its bytes, which begin where those of the item before end
  };
  std::vector<Item> items;
  std::string bytes;
};

using PackPacket = std::function<void(const Packet&, std::string& bytes)>;
using PutPacket = std::function<void(std::int64_t time_ns, std::string_view bytes)>;

/// Packets of one time stay as they came. On up to `threads` threads.
PackedPackets packed(const std::vector<Packet>& packets, const PackPacket& pack, unsigned threads);

/// Packets on their way out, from blocks that overlap in time. What has been sent takes no more
/// memory than what has not.
class PacketQueue {
 public:
  void add(PackedPackets block);
  /// Hands on, in order of time, all that are earlier; of one time by block, in the order of add().
  void send_until(std::int64_t horizon, const PutPacket& put);

 private:
  struct Block {
    PackedPackets packets;
    std::size_t next = 0;     ///< item
    std::uint64_t begin = 0;  ///< of its bytes
    std::uint64_t cut = 0;    ///< bytes that were given up at the front
  };
  static void trim(Block& block);

  std::deque<Block> blocks_;
};

}  // namespace tracetwin
