#pragma once

#include <vector>

#include "base/random.h"
#include "compile/plan.h"
#include "trace/packet.h"

namespace tracetwin {

/// compile() for TCP.
void compile_tcp(const ConversationPlan& plan, Random& random, std::vector<Packet>& packets);

}  // namespace tracetwin
