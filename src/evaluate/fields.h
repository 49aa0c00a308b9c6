#pragma once

#include <string>
#include <vector>

#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// The single fields, as each of two papers compares them and beyond that.
/// netshare: NetShare (SIGCOMM 2022), JSD in nats (rank-frequency for addresses, values for ports
///   and protocol), EMD on raw values, time from each trace's own beginning.
/// netdpsyn: NetDPSyn (IMC 2024), Jensen-Shannon distance of the values of all five, EMD with
///   absolute time, flow sizes counted once a packet.
/// fields: total variation, EMD over the real range raw and logarithmic, KS, address prefixes.
std::vector<Group> field_groups(const Pair& pair);

/// Time, since each trace's own beginning, in seconds.
std::vector<double> relative_seconds(const Columns& columns);

/// "addresses" for "srcip" and the like: what the columns are called in texts.
std::string spoken(const std::string& column);

}  // namespace tracetwin::evaluate
