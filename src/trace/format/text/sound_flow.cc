#include "trace/format/text/sound_flow.h"

#include "trace/time_range.h"

namespace tracetwin {

std::string fault_of(const FlowRecord& record, const Values& values) {
  if (!values.ok()) {
    return values.reason();
  }
  if (record.packets == 0) {
    return "flow without packets";
  }
  return record.duration_ns >= kEndOfTimeNs - record.start_ns ? "flow that ends behind 2262" : "";
}

}  // namespace tracetwin
