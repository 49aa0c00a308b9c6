#pragma once

#include <cstddef>
#include <span>

#include "trace/format/text/columns.h"

namespace tracetwin::packet_csv {

/// NetShare's columns of a packet and, from kTcpFlags on, those that make it complete, in the
/// order in which they are written.
enum Column : std::size_t {
  kSrcIp,
  kDstIp,
  kSrcPort,
  kDstPort,
  kProto,
  kTime,
  kPktLen,
  kVersion,
  kIhl,
  kTos,
  kId,
  kFlag,
  kOff,
  kTtl,
  kChksum,
  kTcpFlags,
  kWindow,
  kSeq,
  kAck,
  kTransportHeader,
  kPayloadLen,
  kFlowLabel,
  kWireLen,
  kCapLen,
};

/// The columns by Column.
std::span<const ColumnSpec> columns();

}  // namespace tracetwin::packet_csv
