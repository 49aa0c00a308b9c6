#include "cli/flow_rows.h"

#include <algorithm>
#include <array>

#include "trace/elapsed.h"

namespace tracetwin::cli {

FlowRows::FlowRows(Shape shape) : shape_(shape) {
  if (shape_ == Shape::kConnections) {
    columns_ = {"orig_bytes", "resp_bytes",    "orig_pkts",
                "resp_pkts",  "orig_ip_bytes", "resp_ip_bytes"};
    batch_.extras.resize(columns_.size());
  }
}

void FlowRows::add(const AssembledFlow& flow) {
  const DirectionTotals& there = flow.forward;
  const DirectionTotals& back = flow.backward;
  batch_.records.push_back({flow.tuple, flow.first_ns,
                            std::max<std::int64_t>(0, elapsed(flow.first_ns, flow.last_ns)),
                            there.packets + back.packets, there.bytes + back.bytes});
  const std::array<std::uint64_t, 6> shares = {there.payload, back.payload, there.packets,
                                               back.packets,  there.bytes,  back.bytes};
  for (std::size_t i = 0; i < batch_.extras.size(); ++i) {
    batch_.extras[i].append(std::to_string(shares[i]));
  }
}

}  // namespace tracetwin::cli
