#pragma once

#include <cstdint>
#include <span>

#include "evaluate/learn/matrix.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// What learners see of rows: ports, protocol, sizes and header fields; `full` adds addresses, byte
/// by byte, and time. The label column is never among them.
Matrix row_features(const Columns& columns, std::span<const std::uint32_t> rows, bool full);

/// One row a source address: records, different peers, ports and protocols, mean and deviation of
/// sizes, first protocol, median ports.
Matrix host_features(const Sample& sample);

/// One row a five-tuple of a capture: packets, duration, sizes (mean, deviation, least, most,
/// first, last), mean gap, ports, protocol.
Matrix flow_features(const Sample& sample);

/// One row a key of a table of events: records, duration, gaps (mean, deviation), and of each
/// number mean, deviation and mean step from one record to the next.
Matrix key_features(const Sample& sample);

}  // namespace tracetwin::evaluate
