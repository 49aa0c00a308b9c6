#include "pipeline/packet_queue.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <queue>
#include <utility>

#include "base/parallel.h"

namespace tracetwin {
namespace {

constexpr std::size_t kSlice = 2048;  // packets that one thread packs at once

}  // namespace

PackedPackets packed(const std::vector<Packet>& packets, const PackPacket& pack, unsigned threads) {
  std::vector<std::uint32_t> order(packets.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t at) { return packets[at].time_ns; });
  std::vector<PackedPackets> slices((packets.size() + kSlice - 1) / kSlice);
  parallel_blocks(slices.size(), threads, [&](std::size_t slice) {
    const std::size_t end = std::min(packets.size(), (slice + 1) * kSlice);
    for (std::size_t i = slice * kSlice; i < end; ++i) {
      pack(packets[order[i]], slices[slice].bytes);
      slices[slice].items.push_back({packets[order[i]].time_ns, slices[slice].bytes.size()});
    }
  });
  PackedPackets all;
  all.items.reserve(packets.size());
  all.bytes.reserve(std::accumulate(
      slices.begin(), slices.end(), std::size_t{0},
      [](std::size_t sum, const PackedPackets& slice) { return sum + slice.bytes.size(); }));
  for (const PackedPackets& slice : slices) {
    for (const PackedPackets::Item& item : slice.items) {
      all.items.push_back({item.time_ns, all.bytes.size() + item.end});
    }
    all.bytes += slice.bytes;
  }
  return all;
}

void PacketQueue::add(PackedPackets block) {
  if (!block.items.empty()) {
    blocks_.push_back({std::move(block)});
  }
}

void PacketQueue::send_until(std::int64_t horizon, const PutPacket& put) {
  using Next = std::pair<std::int64_t, std::size_t>;  // time and block
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  const auto enter = [&](std::size_t b) {
    const Block& block = blocks_[b];
    if (block.next < block.packets.items.size() &&
        block.packets.items[block.next].time_ns < horizon) {
      next.emplace(block.packets.items[block.next].time_ns, b);
    }
  };
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    enter(b);
  }
  while (!next.empty()) {
    const std::size_t b = next.top().second;
    next.pop();
    Block& block = blocks_[b];
    const PackedPackets::Item& item = block.packets.items[block.next++];
    put(item.time_ns, std::string_view(block.packets.bytes)
                          .substr(block.begin - block.cut, item.end - block.begin));
    block.begin = item.end;
    enter(b);
  }
  std::erase_if(blocks_,
                [](const Block& block) { return block.next == block.packets.items.size(); });
  std::ranges::for_each(blocks_, trim);
}

void PacketQueue::trim(Block& block) {
  if (2 * block.next > block.packets.items.size()) {
    PackedPackets& packets = block.packets;
    packets.items.erase(packets.items.begin(),
                        packets.items.begin() + static_cast<std::ptrdiff_t>(block.next));
    packets.items.shrink_to_fit();
    packets.bytes.erase(0, block.begin - block.cut);
    packets.bytes.shrink_to_fit();
    block.cut = block.begin;
    block.next = 0;
  }
}

}  // namespace tracetwin
