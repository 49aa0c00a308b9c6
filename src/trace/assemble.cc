// Flow assembly. A conversation has one key, whichever side speaks: the tuple or its reverse,
// whichever is smaller, and for a question and answer of ICMP the type of the question. Time is
// the newest time seen so far ("the clock"), so that a capture that is not sorted cannot revive or
// end flows at random. Since the clock never goes back, the list of flows in order of their last
// packet is also in order of the time they have been silent, and the ones to end are at its front.

#include "trace/assemble.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "trace/elapsed.h"
#include "trace/flow_table.h"
#include "trace/fragment_memory.h"
#include "trace/icmp.h"

namespace tracetwin {
namespace {

struct Key {
  FiveTuple tuple;
  bool turned = false;  ///< the packet runs against the key
};

bool is_icmp(std::uint8_t protocol) {
  return protocol == kIcmp || protocol == kIcmpV6;
}

/// Type and code do not change sides as ports do.
Key icmp_key(FiveTuple tuple) {
  const bool turned = tuple.dst < tuple.src;
  if (turned) {
    std::swap(tuple.src, tuple.dst);
  }
  if (const auto pair = icmp_pair(tuple.proto, tuple.srcport)) {
    tuple.srcport = pair->request;
  }
  return {tuple, turned};
}

Key conversation_key(const FiveTuple& tuple) {
  if (is_icmp(tuple.proto)) {
    return icmp_key(tuple);
  }
  const auto order = tuple.src <=> tuple.dst;
  const bool turned = order > 0 || (order == 0 && tuple.srcport > tuple.dstport);
  return {turned ? tuple.reversed() : tuple, turned};
}

void count(ActiveFlow& active, const Packet& packet, bool forward) {
  const std::size_t side = forward ? 0 : 1;
  RunningTotals& totals = active.totals[side];
  ++totals.packets;
  totals.bytes += packet.ip_length;
  totals.payload += packet.payload_length;
  auto& flags = active.tcp_flags[side];
  flags = static_cast<std::uint8_t>(flags | packet.tcp_flags);
  active.first_ns = std::min(active.first_ns, packet.time_ns);
  active.last_ns = std::max(active.last_ns, packet.time_ns);
}

FiveTuple first_tuple(const ActiveFlow& active) {
  FiveTuple tuple = active.key;
  if (is_icmp(tuple.proto)) {
    if (active.turned) {
      std::swap(tuple.src, tuple.dst);
    }
    tuple.srcport = active.icmp_type;
    return tuple;
  }
  return active.turned ? tuple.reversed() : tuple;
}

DirectionTotals totals_of(const ActiveFlow& active, std::size_t side) {
  const RunningTotals& totals = active.totals[side];
  return {totals.packets, totals.bytes, totals.payload, active.tcp_flags[side]};
}

AssembledFlow finished(const ActiveFlow& active) {
  return {first_tuple(active),  active.first_ns,      active.last_ns,
          totals_of(active, 0), totals_of(active, 1), active.number};
}

}  // namespace

std::uint64_t conversation_hash(const FiveTuple& tuple) {
  return std::hash<FiveTuple>()(conversation_key(tuple).tuple);
}

class FlowAssembler::Table {
 public:
  Table(const FlowTimeouts& timeouts, Sink on_end)
      : timeouts_(timeouts),
        on_end_(std::move(on_end)),
        fragments_(timeouts.idle_ns, std::max<std::size_t>(timeouts.max_active, 1)) {}

  Placement add(const Packet& packet);
  void finish();
  std::uint64_t flows() const { return begun_; }

 private:
  FiveTuple tuple_of(const Packet& packet);
  void end_idle();
  void end(FlowTable::Index index);
  bool is_over(const ActiveFlow& active, const Packet& packet) const;
  bool is_closed(const ActiveFlow& active) const;
  FlowTable::Index open(const Key& key, const FiveTuple& tuple, std::int64_t time_ns);

  FlowTimeouts timeouts_;
  Sink on_end_;
  FragmentMemory fragments_;
  FlowTable table_;
  std::int64_t clock_ = std::numeric_limits<std::int64_t>::min();
  std::uint64_t begun_ = 0;
};

FlowAssembler::Placement FlowAssembler::Table::add(const Packet& packet) {
  if (timeouts_.independent) {
    clock_ = packet.time_ns;
  } else {
    clock_ = std::max(clock_, packet.time_ns);
    end_idle();
  }
  const FiveTuple tuple = tuple_of(packet);
  const Key key = timeouts_.bidirectional ? conversation_key(tuple) : Key{tuple};
  FlowTable::Index index = table_.find(key.tuple);
  if (index != FlowTable::kNone && is_over(table_[index], packet)) {
    end(index);
    index = FlowTable::kNone;
  }
  const bool first = index == FlowTable::kNone;
  if (first) {
    index = open(key, tuple, packet.time_ns);
  } else {
    table_.touch(index, clock_);
  }
  ActiveFlow& active = table_[index];
  const bool forward = key.turned == active.turned;
  count(active, packet, forward);
  return {active.number, forward, first};
}

FiveTuple FlowAssembler::Table::tuple_of(const Packet& packet) {
  FiveTuple tuple = packet.tuple;
  if (packet.is_later_fragment() && timeouts_.independent) {
    tuple.srcport = 0;
    tuple.dstport = 0;
    return tuple;
  }
  if (packet.is_later_fragment()) {
    const auto ports = fragments_.recall(packet, clock_).value_or(FragmentMemory::Ports{});
    tuple.srcport = ports.src;
    tuple.dstport = ports.dst;
    return tuple;
  }
  const bool more_fragments = (packet.ip_flags & 1) != 0;
  if (more_fragments && !timeouts_.independent &&
      (has_ports(tuple.proto) || is_icmp(tuple.proto))) {
    fragments_.remember(packet, clock_);
  }
  return tuple;
}

void FlowAssembler::Table::end_idle() {
  while (table_.oldest() != FlowTable::kNone &&
         elapsed(table_.touched_at(table_.oldest()), clock_) > timeouts_.idle_ns) {
    end(table_.oldest());
  }
}

void FlowAssembler::Table::end(FlowTable::Index index) {
  const AssembledFlow flow = finished(table_[index]);
  table_.erase(index);
  on_end_(flow);
}

bool FlowAssembler::Table::is_over(const ActiveFlow& active, const Packet& packet) const {
  const bool silent = timeouts_.independent && elapsed(active.last_ns, clock_) > timeouts_.idle_ns;
  if (silent || elapsed(active.opened_at, clock_) > timeouts_.active_ns) {
    return true;
  }
  const bool begins = (packet.tcp_flags & (kSyn | kAck | kRst)) == kSyn;
  return packet.tuple.proto == kTcp && begins && is_closed(active);
}

bool FlowAssembler::Table::is_closed(const ActiveFlow& active) const {
  const auto [forward, backward] = active.tcp_flags;
  const int fins = timeouts_.bidirectional ? forward & backward : forward;
  return ((forward | backward) & kRst) != 0 || (fins & kFin) != 0;
}

FlowTable::Index FlowAssembler::Table::open(const Key& key, const FiveTuple& tuple,
                                            std::int64_t time_ns) {
  if (!timeouts_.independent && table_.size() >= std::max<std::size_t>(timeouts_.max_active, 1)) {
    end(table_.oldest());
  }
  const FlowTable::Index index = table_.insert(key.tuple, clock_);
  ActiveFlow& active = table_[index];
  active.turned = key.turned;
  active.opened_at = clock_;
  active.icmp_type = static_cast<std::uint8_t>(tuple.srcport);
  active.first_ns = time_ns;
  active.last_ns = time_ns;
  active.number = begun_++;
  return index;
}

void FlowAssembler::Table::finish() {
  std::vector<FlowTable::Index> rest;
  for (auto i = table_.oldest(); i != FlowTable::kNone; i = table_.after(i)) {
    rest.push_back(i);
  }
  std::sort(rest.begin(), rest.end(), [this](FlowTable::Index a, FlowTable::Index b) {
    return table_[a].number < table_[b].number;
  });
  for (const auto index : rest) {
    end(index);
  }
}

FlowAssembler::FlowAssembler(const FlowTimeouts& timeouts, Sink on_end)
    : table_(std::make_unique<Table>(timeouts, std::move(on_end))) {}

FlowAssembler::~FlowAssembler() = default;

FlowAssembler::Placement FlowAssembler::add(const Packet& packet) {
  return table_->add(packet);
}

void FlowAssembler::finish() {
  table_->finish();
}

std::uint64_t FlowAssembler::flows() const {
  return table_->flows();
}

}  // namespace tracetwin
