#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "trace/packet.h"

namespace tracetwin {

/// When a flow ends. A packet of the same conversation after the end begins a new flow.
struct FlowTimeouts {
  std::int64_t idle_ns = 60'000'000'000;       ///< silence that ends a flow (--idle-timeout)
  std::int64_t active_ns = 1'800'000'000'000;  ///< longest life of a flow (--active-timeout)
  std::size_t max_active = 1 << 20;  ///< flows held at once; then the oldest-idle end early
  bool bidirectional = true;         ///< both directions in one flow (a connection)
  /// Each flow is cut by its own packets alone: what others send, and when, changes nothing about
  /// it. For private training, where one flow more or less must not move another. Silence is
  /// measured from the flow's own latest packet; max_active is not applied; later fragments are
  /// not joined to the ports of their first.
  bool independent = false;
};

/// Running totals of one direction of a flow.
struct DirectionTotals {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;     ///< IP bytes
  std::uint64_t payload = 0;   ///< transport payload bytes
  std::uint8_t tcp_flags = 0;  ///< OR of all flags seen
};

/// A flow that has ended. `tuple` is that of its first packet, so "forward" is the direction
/// that spoke first; without `bidirectional`, `backward` stays empty.
struct AssembledFlow {
  FiveTuple tuple;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  DirectionTotals forward;
  DirectionTotals backward;
  std::uint64_t number = 0;  ///< in order of first packet, from 0
};

/// Equal for all packets that bidirectional assembly may put into one flow, whichever way they go.
std::uint64_t conversation_hash(const FiveTuple& tuple);

/// Groups packets into flows by five-tuple. Streaming: memory is bounded by max_active.
/// Later IP fragments follow the ports of their first fragment (by address pair, protocol and IP
/// id, remembered for the idle timeout); a fragment whose first one was not seen goes to the
/// tuple with ports 0. Packets that are older than the newest one seen are accepted (captures are
/// not always sorted); time for the timeouts is the newest time seen.
/// With `bidirectional`, an ICMP or ICMPv6 question and its answer (icmp.h) are one conversation;
/// of all other types each (address pair, type, code) is one.
/// A TCP segment with SYN and without ACK on a flow that has seen a RST, or a FIN from each of its
/// directions, begins a new flow: the port is used again (RFC 9293, 3.6.1).
/// When more than max_active flows would run at once, the one that has been silent longest ends.
/// The sink is called from within add() and finish() and must not call back into the assembler.
class FlowAssembler {
 public:
  using Sink = std::function<void(const AssembledFlow&)>;

  FlowAssembler(const FlowTimeouts& timeouts, Sink on_end);
  ~FlowAssembler();

  /// Where a packet went: its flow's number, and whether it ran in the forward direction.
  struct Placement {
    std::uint64_t flow = 0;
    bool forward = true;
    bool first = false;  ///< it opened the flow
  };
  Placement add(const Packet& packet);
  /// Ends all flows, in order of number.
  void finish();
  std::uint64_t flows() const;

 private:
  class Table;
  std::unique_ptr<Table> table_;
};

}  // namespace tracetwin
