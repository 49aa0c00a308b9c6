// Protocols without connections: one packet for each planned one, its payload raised to what its
// kind of packet must hold at least (shape.h).

#include "compile/compiler.h"
#include "compile/packet_maker.h"
#include "compile/shape.h"
#include "compile/tcp_compiler.h"

namespace tracetwin {
namespace {

void compile_messages(const ConversationPlan& plan, Random& random, std::vector<Packet>& packets) {
  PacketMaker maker(plan, random);
  const std::uint32_t header = least_transport_header(plan.tuple.proto);
  for (const PacketPlan& planned : plan.packets) {
    packets.push_back(maker.make(planned.time_ns, planned.forward, header, planned.payload));
  }
}

}  // namespace

void compile(const ConversationPlan& plan, Random& random, std::vector<Packet>& packets) {
  if (plan.tuple.proto == kTcp) {
    return compile_tcp(plan, random, packets);
  }
  compile_messages(plan, random, packets);
}

}  // namespace tracetwin
