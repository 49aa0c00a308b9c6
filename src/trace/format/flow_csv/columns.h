#pragma once

#include <cstddef>
#include <span>

#include "trace/format/text/columns.h"

namespace tracetwin::flow_csv {

/// NetShare's columns of a flow record, in the order in which they are written.
enum Column : std::size_t { kSrcIp, kDstIp, kSrcPort, kDstPort, kProto, kTs, kTd, kPkt, kByt };

/// The columns by Column, with the names that other flow tools give them.
std::span<const ColumnSpec> columns();

}  // namespace tracetwin::flow_csv
