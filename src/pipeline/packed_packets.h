#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "trace/packet.h"

namespace tracetwin {

/// Packets one behind the other, as ranks hand them to each other: of each what conversations are
/// made of (ConversationColumns), and its place in a part of a trace.
class PacketPacker {
 public:
  void put(std::uint32_t at, const Packet& packet);
  std::string take() { return packer_.take(); }

 private:
  Packer packer_;
};

void unpack_packets(std::string_view bytes,
                    const std::function<void(std::uint32_t, const Packet&)>& each);

}  // namespace tracetwin
