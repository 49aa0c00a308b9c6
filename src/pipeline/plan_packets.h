#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "compile/plan.h"
#include "encode/conversations.h"
#include "pipeline/model.h"

namespace tracetwin {

/// Fills in the packets of a conversation: as many in each direction as the outline says (but
/// where that cannot be: see below), their order and payloads drawn from the packet model, the
/// payloads so that they have the outline's means; gaps drawn and scaled so that the conversation
/// lasts as long as the outline says, but ends before `window_end` where there is one.
///
/// A server that is answered by nothing but its client's SYN sends its SYN-ACK up to four times;
/// with more packets to send, or with payload, one of them is made the client's, who completes the
/// handshake. Nobody refuses more SYNs than there are, and a conversation with more than 14 packets
/// one way was answered. Groups of hosts do not answer (but to TCP, which knows
/// none: the addresses are pseudonyms); what they would have sent is their sender's.
ConversationPlan plan_packets(ConversationOutline outline, const PacketModel& model,
                              std::optional<std::int64_t> window_end, Random& random);

/// The plan of a conversation whose packets are known: times, directions, payloads. `row` has the
/// rest (its counts, means and duration are not looked at). What the protocols do not allow is
/// changed as plan_packets() does; payloads that no packet could carry are cut.
ConversationPlan plan_given_packets(std::vector<Key> row, std::vector<PacketPlan> packets);
ConversationPlan plan_given_packets(ConversationOutline outline, std::vector<PacketPlan> packets);

}  // namespace tracetwin
