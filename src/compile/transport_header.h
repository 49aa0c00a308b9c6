#pragma once

#include "compile/header_bytes.h"
#include "compile/shape.h"
#include "trace/packet.h"

namespace tracetwin {

/// Appends what stands behind the IP header, up to where the rest is zeros: the transport header
/// and, for protocols whose bodies have mandatory fields, those fields. With checksums over the
/// whole body, zeros included (fragments: over the fragment; UDP over IPv4 then has none). Later
/// fragments have nothing. Never writes more than shape.body().
void write_transport(const Packet& packet, const Shape& shape, HeaderBytes& out);

}  // namespace tracetwin
