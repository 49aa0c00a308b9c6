#include "pipeline/conversation.h"

#include <limits>
#include <optional>

#include "compile/compiler.h"
#include "encode/conversations.h"
#include "pipeline/plan_packets.h"
#include "pipeline/rows.h"
#include "trace/time_range.h"

namespace tracetwin {

void compile_row(const TwinModel& model, const std::vector<Key>& row, std::int64_t window_end,
                 std::uint64_t seed, std::uint64_t stream, std::vector<Packet>& packets) {
  Random random(seed, mix(kCompileStream, stream));
  const std::int64_t end = model.schema.window ? window_end : kEndOfTimeNs;
  const auto plan = plan_packets(outline_of(row, random), *model.packets, end, random);
  compile(plan, random, packets);
}

std::vector<Key> row_of_packets(const TwinModel& model, std::vector<Packet> packets) {
  constexpr std::int64_t kMicrosecond = 1000;
  FlowTimeouts never;
  never.idle_ns = std::numeric_limits<std::int64_t>::max();
  never.active_ns = never.idle_ns;
  never.independent = true;
  ConversationColumns columns(never, 0, 0);
  std::uint64_t number = 0;
  for (Packet& packet : packets) {
    packet.time_ns -= model.packets->nanoseconds ? 0 : packet.time_ns % kMicrosecond;
    columns.add(packet, ++number);
  }
  columns.finish();
  std::vector<Key> row;
  for (const PrivateColumn& column : columns.columns()) {
    if (columns.rows() == 1) {
      row.push_back(column.values.front());
    }
  }
  return row;
}

}  // namespace tracetwin
