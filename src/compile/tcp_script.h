#pragma once

#include <cstdint>
#include <vector>

#include "compile/plan.h"

namespace tracetwin {

/// What a TCP packet does in its conversation.
enum class TcpRole : std::uint8_t {
  kSyn,
  kSynAck,
  kRefusal,  ///< RST-ACK in answer to a SYN
  kSegment,  ///< data, or a pure acknowledgement
  kFin,      ///< with its data, if any
  kLastAck,  ///< acknowledges the other side's FIN
  kReset,
};

/// A packet of the script; its time is that of the planned packet at the same place.
struct TcpStep {
  std::uint32_t payload = 0;
  bool forward = true;
  bool push = false;
  TcpRole role = TcpRole::kSegment;
};

/// Whether packets of this role keep their planned payload.
inline bool carries_data(TcpRole role) {
  return role == TcpRole::kSegment || role == TcpRole::kFin;
}

/// Whether the step moves its sender's sequence number on (a repeated SYN does so only once).
inline bool takes_sequence(const TcpStep& step) {
  return step.role == TcpRole::kSyn || step.role == TcpRole::kSynAck ||
         step.role == TcpRole::kFin || (step.role == TcpRole::kSegment && step.payload > 0);
}

/// One direction captured, both, or none.
struct CapturedSides {
  std::size_t forward = 0;  ///< packets planned
  std::size_t backward = 0;

  bool both() const { return forward > 0 && backward > 0; }
};

CapturedSides sides_of(const ConversationPlan& plan);

/// Gives every planned packet its role, moving directions at the two ends (tcp_script.cc says
/// how). As many steps as planned packets, as many in each direction. A plan whose directions are
/// already those of its script keeps them.
std::vector<TcpStep> tcp_script(const ConversationPlan& plan);

}  // namespace tracetwin
