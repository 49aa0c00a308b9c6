#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "trace/decode/decode.h"

/// The three stages of decode_frame, outermost first. Each reads only the bytes it is given.
namespace tracetwin::decode {

using Bytes = std::span<const std::byte>;

inline std::uint8_t byte_at(Bytes bytes, std::size_t i) {
  return std::to_integer<std::uint8_t>(bytes[i]);
}

/// What a link layer carries.
struct NetworkLayer {
  DecodeFault fault = DecodeFault::kNone;
  std::uint16_t ethertype = 0;  ///< for kNotIp
  std::uint8_t version = 0;     ///< 4 or 6 as the link layer says; 0: by the first nibble
  Bytes bytes;                  ///< from the IP header to the end of the captured frame
};

/// Passes over the link header and every tag, label and session header behind it.
NetworkLayer network_layer(LinkType link, Bytes frame);

/// Decodes from the IP header on. `wire` is the number of bytes from there to the end of the
/// frame on the wire, at least layer.bytes.size(); it stands in for a total length of 0.
/// `whole` becomes what decode_transport returns.
DecodeFault decode_ip(const NetworkLayer& layer, std::uint64_t wire, Packet& packet, bool& whole);

/// Fills ports, TCP fields, transport_header and payload_length. `segment` holds the captured
/// bytes behind the IP headers, `length` how many there were on the wire. False when a header
/// field that the protocol has was not there.
bool decode_transport(Bytes segment, std::uint32_t length, Packet& packet);

}  // namespace tracetwin::decode
