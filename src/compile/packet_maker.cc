#include "compile/packet_maker.h"

#include <algorithm>

#include "compile/ip_header.h"
#include "compile/shape.h"
#include "trace/icmp.h"

namespace tracetwin {
namespace {

/// Ports change sides; the type of an ICMP message becomes that of its answer, the code stays.
FiveTuple backward_of(const FiveTuple& tuple) {
  if (tuple.proto == kIcmp || tuple.proto == kIcmpV6) {
    return {tuple.dst, tuple.src, icmp_counterpart(tuple.proto, tuple.srcport), tuple.dstport,
            tuple.proto};
  }
  return tuple.reversed();
}

}  // namespace

PacketMaker::PacketMaker(const ConversationPlan& plan, Random& random)
    : plan_(plan),
      random_(random),
      v6_(is_v6(plan.tuple)),
      tuples_{backward_of(plan.tuple), plan.tuple},
      counters_{static_cast<std::uint16_t>(random.bits()),
                static_cast<std::uint16_t>(random.bits())} {}

Packet PacketMaker::make(std::int64_t time_ns, bool forward, std::uint32_t transport_header,
                         std::uint32_t payload) {
  const SenderPlan& sender = forward ? plan_.forward : plan_.backward;
  const std::uint32_t ip_header = v6_ ? 40 : 20;
  Packet packet;
  packet.time_ns = time_ns;
  packet.tuple = tuples_[forward ? 1 : 0];
  packet.version = v6_ ? 6 : 4;
  packet.ihl = v6_ ? 0 : 5;
  packet.tos = sender.tos;
  packet.ttl = sender.ttl;
  packet.ip_flags = !v6_ && sender.dont_fragment ? 2 : 0;
  packet.ip_id = v6_ ? std::uint16_t{0} : next_id(forward);
  packet.transport_header = static_cast<std::uint8_t>(transport_header);
  packet.payload_length =
      std::min(legal_payload(packet.tuple, payload),
               greatest_payload(packet.tuple.proto, v6_, ip_header, transport_header));
  packet.ip_length = ip_header + transport_header + packet.payload_length;
  packet.ip_checksum = ip_header_checksum(packet, shape_of(packet));
  return packet;
}

std::uint16_t PacketMaker::next_id(bool forward) {
  switch ((forward ? plan_.forward : plan_.backward).ip_id) {
    case IpIdPolicy::kZero:
      return 0;
    case IpIdPolicy::kCounter:
      return ++counters_[forward ? 1 : 0];
    case IpIdPolicy::kRandom:
      return static_cast<std::uint16_t>(random_.bits());
  }
  return 0;
}

}  // namespace tracetwin
