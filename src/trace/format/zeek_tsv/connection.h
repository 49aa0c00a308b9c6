#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "trace/flow.h"
#include "trace/format/text/columns.h"
#include "trace/format/text/values.h"

namespace tracetwin::zeek {

/// The fields of a conn.log that make a FlowRecord. Those before kOrigBytes are wholly in the
/// record; the counters from there on are summed into it and kept as extra columns too.
enum Field : std::size_t {
  kTs,
  kOrigHost,
  kOrigPort,
  kRespHost,
  kRespPort,
  kProto,
  kDuration,
  kIpProto,
  kOrigBytes,
  kRespBytes,
  kOrigPkts,
  kOrigIpBytes,
  kRespPkts,
  kRespIpBytes,
  kFields,
};

/// The fields by Field under Zeek's names.
std::span<const ColumnSpec> fields();

/// The texts of one connection by Field, blank where unset.
using Texts = std::array<std::string_view, kFields>;

/// Packets and IP bytes are those of both directions; where IP bytes are unset the payload bytes
/// stand for them. For ICMP the ports are type and code. Zeek's "icmp" between IPv6 addresses is
/// ICMPv6, and `ip_proto`, which newer logs have, goes before `proto`.
FlowRecord read_connection(const Texts& texts, Values& values);

/// "tcp", "udp", "icmp" or "unknown_transport".
std::string_view transport_name(std::uint8_t protocol);

}  // namespace tracetwin::zeek
