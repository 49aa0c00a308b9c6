#pragma once

#include "base/random.h"
#include "compile/plan.h"
#include "encode/conversations.h"
#include "pipeline/model.h"

namespace tracetwin {

/// Fills in the packets of a conversation: as many in each direction as the outline says; their
/// order of directions, payloads and gaps drawn from the packet model; the gaps scaled so that the
/// conversation lasts as long as the outline says, and ends before `window_end`.
ConversationPlan plan_packets(ConversationOutline outline, const PacketModel& model,
                              std::int64_t window_end, Random& random);

}  // namespace tracetwin
