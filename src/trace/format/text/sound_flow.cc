#include "trace/format/text/sound_flow.h"

#include <limits>

namespace tracetwin {

std::string fault_of(const FlowRecord& record, const Values& values) {
  if (!values.ok()) {
    return values.reason();
  }
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  return record.duration_ns > kLast - record.start_ns ? "flow that ends behind 2262" : "";
}

}  // namespace tracetwin
