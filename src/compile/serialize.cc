// A frame is headers and then zeros. The headers are put together in a fixed buffer; the zeros are
// neither visited (they add nothing to the checksums) nor, beyond the captured length, written.

#include <algorithm>
#include <cstring>

#include "compile/capture_rule.h"
#include "compile/checksum.h"
#include "compile/compiler.h"
#include "compile/header_bytes.h"
#include "compile/ip_header.h"
#include "compile/link_header.h"
#include "compile/shape.h"
#include "compile/transport_header.h"

namespace tracetwin {

std::uint32_t serialize(const Packet& packet, LinkType link, std::uint32_t snap_length,
                        std::vector<std::byte>& bytes) {
  const Shape shape = shape_of(packet);
  HeaderBytes headers;
  write_link_header(link, packet.tuple, shape.v6, headers);
  const auto original = static_cast<std::uint32_t>(headers.size()) + shape.ip_length();
  write_ip_header(packet, shape, headers);
  write_transport(packet, shape, headers);

  const std::size_t wanted = may_capture_zeros(packet, shape) ? original : headers.size();
  const std::size_t captured =
      snap_length == 0 ? wanted : std::min<std::size_t>(wanted, snap_length);
  const std::size_t copied = std::min(captured, headers.size());
  bytes.resize(captured);
  std::memcpy(bytes.data(), headers.from(0).data(), copied);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(copied), bytes.end(), std::byte{0});
  return original;
}

}  // namespace tracetwin
