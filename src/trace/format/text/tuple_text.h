#pragma once

#include <string>

#include "trace/packet.h"

namespace tracetwin {

/// Appends source address, destination address, both ports and the name of the protocol, with
/// `delimiter` between them.
void append_tuple(std::string& text, const FiveTuple& tuple, char delimiter);

/// Appends to_string(address).
void append_address(std::string& text, const IpAddress& address);

}  // namespace tracetwin
