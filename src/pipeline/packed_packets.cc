#include "pipeline/packed_packets.h"

namespace tracetwin {
namespace {

/// Of an IPv4 address its 32 bits.
void put_address(Packer& packer, const IpAddress& address, bool is_short) {
  if (is_short) {
    packer.put(address.v4_bits());
  } else {
    packer.put(address);
  }
}

IpAddress get_address(Unpacker& from, bool is_short) {
  return is_short ? IpAddress::v4(from.get<std::uint32_t>()) : from.get<IpAddress>();
}

}  // namespace

void PacketPacker::put(std::uint32_t at, const Packet& packet) {
  const bool is_short = packet.tuple.src.is_v4() && packet.tuple.dst.is_v4();
  packer_.put(is_short);
  packer_.put(at);
  packer_.put(packet.time_ns);
  put_address(packer_, packet.tuple.src, is_short);
  put_address(packer_, packet.tuple.dst, is_short);
  packer_.put(packet.tuple.srcport);
  packer_.put(packet.tuple.dstport);
  packer_.put(packet.tuple.proto);
  packer_.put(packet.ip_length);
  packer_.put(packet.payload_length);
  packer_.put(packet.tcp_window);
  packer_.put(packet.ip_id);
  packer_.put(packet.version);
  packer_.put(packet.tos);
  packer_.put(packet.ttl);
  packer_.put(packet.ip_flags);
  packer_.put(packet.tcp_flags);
  packer_.put(packet.transport_header);
}

void unpack_packets(std::string_view bytes,
                    const std::function<void(std::uint32_t, const Packet&)>& each) {
  for (Unpacker from(bytes); !from.at_end();) {
    const bool is_short = from.get<bool>();
    const auto at = from.get<std::uint32_t>();
    Packet packet;
    packet.time_ns = from.get<std::int64_t>();
    packet.tuple.src = get_address(from, is_short);
    packet.tuple.dst = get_address(from, is_short);
    packet.tuple.srcport = from.get<std::uint16_t>();
    packet.tuple.dstport = from.get<std::uint16_t>();
    packet.tuple.proto = from.get<std::uint8_t>();
    packet.ip_length = from.get<std::uint32_t>();
    packet.payload_length = from.get<std::uint32_t>();
    packet.tcp_window = from.get<std::uint16_t>();
    packet.ip_id = from.get<std::uint16_t>();
    packet.version = from.get<std::uint8_t>();
    packet.tos = from.get<std::uint8_t>();
    packet.ttl = from.get<std::uint8_t>();
    packet.ip_flags = from.get<std::uint8_t>();
    packet.tcp_flags = from.get<std::uint8_t>();
    packet.transport_header = from.get<std::uint8_t>();
    each(at, packet);
  }
}

}  // namespace tracetwin
