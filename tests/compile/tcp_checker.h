#pragma once

#include <string>
#include <vector>

#include "compile/plan.h"
#include "trace/packet.h"

namespace tracetwin::test {

/// What RFC 9293 does not allow in a compiled conversation, in words; empty when all is well.
/// Written apart from the compiler: it knows only packets, and which sides were captured.
std::string tcp_fault(const ConversationPlan& plan, const std::vector<Packet>& packets);

}  // namespace tracetwin::test
