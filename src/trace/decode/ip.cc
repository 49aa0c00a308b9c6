/// IPv4 (RFC 791) and IPv6 (RFC 8200). A total or payload length of 0 is either a jumbogram (RFC
/// 2675, the length is in a hop-by-hop option) or a segment that the sending host had not yet cut
/// up (segmentation offload, BIG TCP); the length on the wire then stands in.
#include <algorithm>

#include "trace/decode/layers.h"
#include "trace/io/byte_order.h"

namespace tracetwin::decode {

namespace {

constexpr std::size_t kV6Header = 40;
constexpr std::uint64_t kLongestPlain = 65535;

std::uint32_t clipped(std::uint64_t length) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(length, UINT32_MAX));
}

/// The part behind `headers` bytes of IP headers; false as decode_transport says.
bool finish(Bytes bytes, std::size_t headers, Packet& packet) {
  const std::uint32_t length = packet.ip_length - static_cast<std::uint32_t>(headers);
  const Bytes rest = bytes.subspan(headers);
  return decode_transport(rest.first(std::min<std::size_t>(rest.size(), length)), length, packet);
}

DecodeFault decode_v4(Bytes bytes, std::uint64_t wire, Packet& packet, bool& whole) {
  const std::size_t header = (byte_at(bytes, 0) & 15U) * 4;
  if (byte_at(bytes, 0) >> 4 != 4 || header < 20) {
    return DecodeFault::kBadIpHeader;
  }
  if (bytes.size() < header) {
    return DecodeFault::kTruncatedIp;
  }
  const std::uint16_t total = load_big<std::uint16_t>(&bytes[2]);
  packet.ip_length = total != 0 ? total : clipped(wire);
  if (packet.ip_length < header) {
    return DecodeFault::kBadIpHeader;
  }
  const std::uint16_t fragment = load_big<std::uint16_t>(&bytes[6]);
  packet.version = 4;
  packet.ihl = static_cast<std::uint8_t>(header / 4);
  packet.tos = byte_at(bytes, 1);
  packet.ip_id = load_big<std::uint16_t>(&bytes[4]);
  packet.ip_flags = static_cast<std::uint8_t>(fragment >> 13);
  packet.fragment_offset = fragment & 0x1fff;
  packet.ttl = byte_at(bytes, 8);
  packet.tuple.proto = byte_at(bytes, 9);
  packet.ip_checksum = load_big<std::uint16_t>(&bytes[10]);
  packet.tuple.src = IpAddress::v4(load_big<std::uint32_t>(&bytes[12]));
  packet.tuple.dst = IpAddress::v4(load_big<std::uint32_t>(&bytes[16]));
  whole = finish(bytes, header, packet);
  return DecodeFault::kNone;
}

enum V6Next : std::uint8_t {
  kHopByHop = 0,
  kRouting = 43,
  kFragment = 44,
  kAuthentication = 51,
  kNoNext = 59,
  kDestination = 60,
  kMobility = 135,
  kHip = 139,
  kShim6 = 140,
};

/// Bytes of the extension header of kind `next` that begins with `front` and `words`; 0 when
/// `next` is an upper layer. Mobility, HIP and Shim6 are upper layers when nothing follows them.
std::size_t extension_size(std::uint8_t next, std::uint8_t behind, std::uint8_t words) {
  switch (next) {
    case kHopByHop:
    case kRouting:
    case kDestination:
      return (words + 1U) * 8;
    case kMobility:
    case kHip:
    case kShim6:
      return behind == kNoNext ? 0 : (words + 1U) * 8;
    case kAuthentication:
      return (words + 2U) * 4;
    case kFragment:
      return 8;
    default:
      return 0;
  }
}

bool is_extension(std::uint8_t next) {
  return extension_size(next, 0, 0) != 0;
}

/// The Jumbo Payload length in a hop-by-hop header, 0 when it has none.
std::uint32_t jumbo_length(Bytes options) {
  constexpr std::uint8_t kPad1 = 0;
  constexpr std::uint8_t kJumbo = 0xc2;
  std::size_t at = 2;
  while (at + 2 <= options.size()) {
    if (byte_at(options, at) == kPad1) {
      ++at;
      continue;
    }
    const std::size_t size = byte_at(options, at + 1);
    if (byte_at(options, at) == kJumbo && size == 4 && at + 6 <= options.size()) {
      return load_big<std::uint32_t>(&options[at + 2]);
    }
    at += 2 + size;
  }
  return 0;
}

/// Length of the packet whose payload length field is 0; that of the frame when the hop-by-hop
/// header which may tell it was cut off.
std::uint64_t v6_zero_length(Bytes bytes, std::uint64_t wire) {
  if (byte_at(bytes, 6) == kHopByHop) {
    const Bytes options = bytes.subspan(kV6Header);
    const std::size_t size = options.size() < 2 ? 2 : (byte_at(options, 1) + 1U) * 8;
    if (options.size() < size) {
      return wire;
    }
    const std::uint32_t jumbo = jumbo_length(options.first(size));
    if (jumbo != 0) {
      return kV6Header + std::uint64_t{jumbo};
    }
  }
  return wire > kLongestPlain ? wire : kV6Header;
}

/// The low 16 bits of the identification are kept.
void take_fragment(Bytes header, Packet& packet) {
  const std::uint16_t fragment = load_big<std::uint16_t>(&header[2]);
  packet.fragment_offset = fragment >> 3;
  packet.ip_flags = fragment & 1;
  packet.ip_id = load_big<std::uint16_t>(&header[6]);
}

/// Walks the extension headers up to the upper layer or a later fragment. `at` is left behind the
/// last one, packet.tuple.proto names what follows.
DecodeFault walk_extensions(Bytes bytes, std::size_t& at, Packet& packet) {
  while (is_extension(packet.tuple.proto) && !packet.is_later_fragment()) {
    if (at + 2 > packet.ip_length) {
      return DecodeFault::kBadIpHeader;
    }
    if (at + 2 > bytes.size()) {
      return DecodeFault::kTruncatedIp;
    }
    const std::uint8_t behind = byte_at(bytes, at);
    const std::size_t size = extension_size(packet.tuple.proto, behind, byte_at(bytes, at + 1));
    if (size == 0) {
      break;
    }
    if (at + size > packet.ip_length) {
      return DecodeFault::kBadIpHeader;
    }
    if (at + size > bytes.size()) {
      return DecodeFault::kTruncatedIp;
    }
    if (packet.tuple.proto == kFragment) {
      take_fragment(bytes.subspan(at), packet);
    }
    packet.tuple.proto = behind;
    at += size;
  }
  return DecodeFault::kNone;
}

IpAddress v6_address(const std::byte* at) {
  return {load_big<std::uint64_t>(at), load_big<std::uint64_t>(at + 8)};
}

DecodeFault decode_v6(Bytes bytes, std::uint64_t wire, Packet& packet, bool& whole) {
  if (byte_at(bytes, 0) >> 4 != 6) {
    return DecodeFault::kBadIpHeader;
  }
  if (bytes.size() < kV6Header) {
    return DecodeFault::kTruncatedIp;
  }
  const std::uint32_t front = load_big<std::uint32_t>(bytes.data());
  const std::uint16_t payload = load_big<std::uint16_t>(&bytes[4]);
  packet.version = 6;
  packet.ihl = 0;
  packet.tos = static_cast<std::uint8_t>(front >> 20);
  packet.flow_label = front & 0xfffff;
  packet.tuple.proto = byte_at(bytes, 6);
  packet.ttl = byte_at(bytes, 7);
  packet.tuple.src = v6_address(&bytes[8]);
  packet.tuple.dst = v6_address(&bytes[24]);
  packet.ip_length = clipped(payload != 0 ? kV6Header + payload : v6_zero_length(bytes, wire));
  std::size_t at = kV6Header;
  const DecodeFault fault = walk_extensions(bytes, at, packet);
  if (fault == DecodeFault::kNone) {
    whole = finish(bytes, at, packet);
  }
  return fault;
}

}  // namespace

DecodeFault decode_ip(const NetworkLayer& layer, std::uint64_t wire, Packet& packet, bool& whole) {
  if (layer.bytes.empty()) {
    return DecodeFault::kTruncatedIp;
  }
  const int version = layer.version != 0 ? layer.version : byte_at(layer.bytes, 0) >> 4;
  return version == 6 ? decode_v6(layer.bytes, wire, packet, whole)
                      : decode_v4(layer.bytes, wire, packet, whole);
}

}  // namespace tracetwin::decode
