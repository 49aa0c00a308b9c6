#pragma once

#include <span>
#include <string_view>

#include "intake/choice.h"
#include "trace/flow.h"
#include "trace/packet.h"

namespace tracetwin {

/// Whether a sample has a packet or record: a hash of the sample's seed and of what the unit is
/// known by lies below the share. A record is known by all that a FlowRecord or Packet says, so
/// equal ones share their fate; nothing depends on what else is in the trace or where it stands.
bool is_in(const Sample& sample, const Packet& packet);
/// `texts` of further columns are a part of what the unit is known by.
bool is_in(const Sample& sample, const FlowRecord& record,
           std::span<const std::string_view> texts = {});

}  // namespace tracetwin
