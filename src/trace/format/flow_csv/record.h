#pragma once

#include <array>
#include <string_view>

#include "trace/flow.h"
#include "trace/format/flow_csv/columns.h"
#include "trace/format/text/column_map.h"
#include "trace/format/text/values.h"

namespace tracetwin::flow_csv {

/// The texts of one record by Column, empty where the file has none.
using Texts = std::array<std::string_view, kByt + 1>;

/// What texts of a file mean where files differ.
struct Style {
  int time_scale = 3;      ///< of `ts` as a number: units of 10^scale ns
  int duration_scale = 9;  ///< of `td`
  bool argus = false;      ///< protocols and ICMP's ports as Argus writes them
};

/// flow-csv's, but for the units that a map names.
Style style_of(const ColumnMap& map);

/// Argus names what rides on UDP as if it were a protocol (rtp, rtcp, udt), and has names for what
/// is no IP at all (arp, llc, …), which makes the record unreadable. Of ICMP its source port is the
/// code and, in the low byte, the type; its destination port the exchange's identifier, dropped.
FlowRecord read_record(const Texts& texts, const Style& style, Values& values);

}  // namespace tracetwin::flow_csv
