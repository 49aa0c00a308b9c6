#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "compile/tcp_script.h"
#include "pipeline/packet_order.h"

namespace tracetwin {

/// Makes the payloads of one direction add up to what `mean_payload` (of all its packets, those
/// without payload included) says, within 2 %: draws single payloads anew as long as that brings
/// the sum closer, and stretches what then remains. Where the packets with payload cannot hold it,
/// more get some: a FIN first, then empty acknowledgements, the last ones first. `roles` are those
/// of the drafts, empty for other protocols than TCP. `headers` in bytes.
void meet_mean(std::vector<DraftPacket>& drafts, const std::vector<TcpRole>& roles, bool forward,
               std::uint32_t mean_payload, std::uint32_t headers, const PacketModel& model,
               Random& random);

}  // namespace tracetwin
