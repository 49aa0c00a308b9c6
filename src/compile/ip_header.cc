// IPv4 (RFC 791) and IPv6 (RFC 8200).

#include "compile/ip_header.h"

#include "compile/checksum.h"

namespace tracetwin {
namespace {

void write_v4(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  const std::size_t begin = out.size();
  out.u8(0x40 | shape.ip_header / 4);
  out.u8(packet.tos);
  out.u16(shape.ip_length());
  out.u16(packet.ip_id);
  out.u16((packet.ip_flags & 7U) << 13 | (packet.fragment_offset & 0x1fffU));
  out.u8(packet.ttl);
  out.u8(packet.tuple.proto);
  out.u16(0);
  out.v4(packet.tuple.src);
  out.v4(packet.tuple.dst);
  out.zeros(shape.ip_header - 20);
  InternetSum sum;
  sum.add(out.from(begin));
  out.set_u16(begin + 10, sum.checksum());
}

void write_v6(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  const std::uint8_t next = shape.fragment ? std::uint8_t{kFragmentHeader} : packet.tuple.proto;
  out.u32(6U << 28 | std::uint32_t{packet.tos} << 20 | (packet.flow_label & 0xfffff));
  out.u16(shape.ip_length() - 40);
  out.u8(next);
  out.u8(packet.ttl);
  out.v6(packet.tuple.src);
  out.v6(packet.tuple.dst);
  if (shape.fragment) {
    out.u16(std::uint32_t{packet.tuple.proto} << 8);
    out.u16((packet.fragment_offset & 0x1fffU) << 3 | (packet.ip_flags & 1U));
    out.u32(packet.ip_id);
  }
}

}  // namespace

void write_ip_header(const Packet& packet, const Shape& shape, HeaderBytes& out) {
  return shape.v6 ? write_v6(packet, shape, out) : write_v4(packet, shape, out);
}

std::uint16_t ip_header_checksum(const Packet& packet, const Shape& shape) {
  if (shape.v6) {
    return 0;
  }
  HeaderBytes header;
  write_v4(packet, shape, header);
  const auto field = header.from(10);
  return static_cast<std::uint16_t>(field[0] << 8 | field[1]);
}

}  // namespace tracetwin
