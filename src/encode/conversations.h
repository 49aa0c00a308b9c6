#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "compile/plan.h"
#include "encode/codec.h"
#include "encode/step_context.h"
#include "encode/vocabulary.h"
#include "schema/field.h"
#include "trace/assemble.h"
#include "trace/packet.h"
#include "trace/skips.h"

namespace tracetwin {

/// One packet inside its conversation, as the packet tables see it.
struct Step {
  std::uint32_t payload = 0;
  std::uint32_t gap_us = 0;    ///< since the conversation's previous packet (saturating)
  std::uint32_t packet = 0;    ///< among all packets of the conversation, from 0
  std::uint32_t position = 0;  ///< among the packets of its direction, from 0
  bool forward = true;
  bool previous_forward = true;
  bool opens = false;  ///< first packet of the conversation: has no gap
  bool bare = false;   ///< TCP: SYN, RST or an empty FIN, which never was to have payload
  bool owes = false;   ///< TCP: its sender has something to acknowledge
  Moment moment = Moment::kSpoke;
};

/// A sampled step together with what it depends on, known when its conversation has ended.
struct StepInContext {
  Step step;
  std::uint8_t proto = 0;
  std::uint32_t mean_payload = 0;  ///< of its direction, rounded
  std::uint64_t mean_gap_us = 0;   ///< duration / (packets - 1)
  bool one_sided = false;          ///< no packet of the other direction was seen
  std::size_t conversation = 0;    ///< its row
};

/// Where a conversation lies among the packets of a trace.
struct ConversationPlace {
  std::uint64_t first = 0;  ///< number of its first packet
  std::uint64_t ended = 0;  ///< number of the packet that showed its end; at the trace's: kAtTheEnd

  static constexpr std::uint64_t kAtTheEnd = UINT64_MAX;
};

/// Takes a capture's packets one by one, cuts them into conversations (FlowAssembler) and keeps of
/// each: one row of the fields of standard_fields(kPackets), and up to `steps_per_conversation`
/// of its packets, drawn uniformly without replacement. Private. Memory grows with conversations
/// and packets kept. Conversations that start outside `window`, when there is one, are left out
/// whole: what one of them is does not depend on the window. Rows come in order of their ends, then
/// of their first packets.
class ConversationColumns {
 public:
  ConversationColumns(const FlowTimeouts& timeouts, std::size_t steps_per_conversation,
                      std::uint64_t seed, const std::optional<Window>& window = std::nullopt);
  ConversationColumns(ConversationColumns&& other) noexcept;
  ~ConversationColumns();
  /// `number` is the packet's in the trace, from 1; they rise.
  void add(const Packet& packet, std::uint64_t number);
  /// Ends all conversations; call once, before the accessors.
  void finish();

  std::size_t rows() const;
  const std::vector<PrivateColumn>& columns() const;
  const std::vector<StepInContext>& steps() const;
  /// The two above, and where the conversations of the rows lie, without a copy.
  std::vector<PrivateColumn> take_columns();
  std::vector<StepInContext> take_steps();
  std::vector<ConversationPlace> take_places();
  /// Conversations outside the window, by the number of their first packet.
  const Skips& skips() const;

 private:
  class Builder;
  std::unique_ptr<Builder> builder_;
};

/// The facts of one conversation as its decoded row states them; packets are still to be planned.
struct ConversationOutline {
  ConversationPlan plan;  ///< without packets
  std::int64_t start_ns = 0;
  std::int64_t duration_ns = 0;
  std::uint64_t forward_packets = 0;
  std::uint64_t backward_packets = 0;  ///< 0: not captured, or no answer
  std::uint32_t forward_mean_payload = 0;
  std::uint32_t backward_mean_payload = 0;
};

/// Puts one decoded row (keys parallel to standard_fields(kPackets)) together, made possible as
/// append_record() does for flow records.
ConversationOutline outline_of(const std::vector<Key>& row, Random& random);

/// Codes of the three fields of kind kCode.
std::uint32_t tcp_code(TcpOpen open, TcpClose close);
inline constexpr std::uint32_t kNotTcpCode = 12;
std::uint32_t header_code(const SenderPlan& forward, const SenderPlan& backward);
std::uint32_t options_code(const SenderPlan& forward, const SenderPlan& backward);
inline constexpr std::uint32_t kNoTcpOptions = kTcpOptionKinds * kTcpOptionKinds;

}  // namespace tracetwin
