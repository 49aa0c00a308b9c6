#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tracetwin::test {

/// A line of a flow log, as texts.
using FlowLine = std::vector<std::string>;

/// Flows of a small made-up network whose fields belong together: web over TCP with many packets,
/// names over UDP with one, shells in between; `type` tells which.
std::vector<FlowLine> made_flows(std::size_t count, std::uint64_t seed);

/// The lines with each column in a random order of its own.
std::vector<FlowLine> shuffled_columns(std::vector<FlowLine> lines, std::uint64_t seed);

/// A flow CSV of the lines.
std::string flow_csv(const std::vector<FlowLine>& lines);

}  // namespace tracetwin::test
