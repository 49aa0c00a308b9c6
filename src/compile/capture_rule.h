#pragma once

#include "compile/shape.h"
#include "trace/packet.h"

namespace tracetwin {

/// Whether zeros may be captured where the payload of this packet was. A payload of zeros is not
/// what most services send, and the dissectors of some say "malformed" over it, whatever the
/// packet's headers. Found by experiment (docs of the table: capture_rule.cc). Where the answer
/// is no, serialize() captures such a packet up to its headers only, as a snap length would: its
/// original length stays, and a dissector that finds no byte of payload says nothing.
bool may_capture_zeros(const Packet& packet, const Shape& shape);

}  // namespace tracetwin
