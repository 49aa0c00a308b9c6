#include "encode/conversations.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "encode/flow_rows.h"

namespace tracetwin {
namespace {

constexpr std::int64_t kMicrosecond = 1000;

/// What is remembered of one sender. The window is that of its second packet, the first which is
/// not a SYN; a sender of nothing but RSTs has none.
struct Sender {
  std::uint8_t ttl = 64;
  std::uint8_t tos = 0;
  std::uint16_t window = 0;
  std::uint16_t first_id = 0;
  std::uint16_t second_id = 0;
  bool dont_fragment = true;
  std::uint64_t packets = 0;
  std::uint64_t windows = 0;  ///< packets that had one
  std::uint64_t payload = 0;
  std::uint8_t flags_first = 0;
  std::uint8_t flags_all = 0;
  std::uint8_t syn_header = 0;      ///< bytes; 0: no SYN was seen
  std::uint8_t segment_header = 0;  ///< of the first packet that is neither SYN nor RST
};

struct Conversation {
  Sender forward;
  Sender backward;
  OwedAcks owed;
  std::int64_t last_ns = 0;
  bool last_forward = true;
  std::uint64_t first_packet = 0;  // of the trace, from 1
  bool last_carried = false;
  std::vector<Step> steps;
  /// Chooses the steps kept. A stream of its own, from the conversation's own facts: which steps
  /// one conversation keeps must not depend on whether another one is there.
  Random random{0};
};

void note(const Packet& packet, Sender& sender) {
  if (sender.packets == 0) {
    sender.ttl = packet.ttl;
    sender.tos = packet.tos;
    sender.first_id = packet.ip_id;
    sender.dont_fragment = (packet.ip_flags & 2) != 0;
    sender.flags_first = packet.tcp_flags;
  } else if (sender.packets == 1) {
    sender.second_id = packet.ip_id;
  }
  if ((packet.tcp_flags & kRst) == 0 && sender.windows < 2) {
    sender.window = packet.tcp_window;
    ++sender.windows;
  }
  const bool syn = (packet.tcp_flags & kSyn) != 0;
  std::uint8_t& header = syn ? sender.syn_header : sender.segment_header;
  if (header == 0 && (packet.tcp_flags & kRst) == 0) {
    header = packet.transport_header;
  }
  sender.flags_all |= packet.tcp_flags;
  sender.payload += packet.payload_length;
  ++sender.packets;
}

IpIdPolicy id_policy(const Sender& sender) {
  constexpr std::uint16_t kCounterStep = 64;
  if (sender.first_id == 0 && sender.second_id == 0) {
    return IpIdPolicy::kZero;
  }
  const auto advance = static_cast<std::uint16_t>(sender.second_id - sender.first_id);
  return sender.packets > 1 && advance != 0 && advance <= kCounterStep ? IpIdPolicy::kCounter
                                                                       : IpIdPolicy::kRandom;
}

/// A segment with 12 bytes of options has timestamps, a SYN with 16 or more mostly does.
TcpOptions options_of(const Sender& sender) {
  constexpr std::uint8_t kStamped = 32;
  if (sender.syn_header >= 40) {
    return sender.syn_header < 44 ? TcpOptions::kTimestamps : TcpOptions::kTimestampsPadded;
  }
  if (sender.segment_header >= kStamped && (sender.syn_header == 0 || sender.syn_header == 36)) {
    return TcpOptions::kTimestamps;
  }
  return sender.syn_header >= 32   ? TcpOptions::kScale
         : sender.syn_header >= 28 ? TcpOptions::kSelective
         : sender.syn_header >= 24 ? TcpOptions::kSegmentSize
                                   : TcpOptions::kNone;
}

SenderPlan plan_of(const Sender& sender) {
  SenderPlan plan;
  plan.options = options_of(sender);
  plan.dont_fragment = sender.dont_fragment;
  plan.ip_id = id_policy(sender);
  return plan;
}

std::uint32_t mean_payload(const Sender& sender) {
  return sender.packets == 0
             ? 0
             : static_cast<std::uint32_t>((sender.payload + sender.packets / 2) / sender.packets);
}

TcpOpen open_of(const Conversation& c) {
  const bool syn_first = (c.forward.flags_first & (kSyn | kAck)) == kSyn;
  if (!syn_first) {
    return TcpOpen::kMidstream;
  }
  if ((c.backward.flags_first & kSyn) != 0) {
    return TcpOpen::kHandshake;
  }
  if (c.backward.packets > 0) {
    return (c.backward.flags_first & kRst) != 0 ? TcpOpen::kRefused : TcpOpen::kHandshake;
  }
  return (c.forward.flags_all & kAck) != 0 ? TcpOpen::kHandshake : TcpOpen::kUnanswered;
}

TcpClose close_of(const Conversation& c) {
  const std::uint8_t flags = c.forward.flags_all | c.backward.flags_all;
  if ((flags & kRst) != 0) {
    return TcpClose::kReset;
  }
  return (flags & kFin) != 0 ? TcpClose::kFin : TcpClose::kNone;
}

std::uint32_t tcp_code_of(const AssembledFlow& flow, const Conversation& c) {
  return flow.tuple.proto == kTcp ? tcp_code(open_of(c), close_of(c)) : kNotTcpCode;
}

/// One key a field, in the order of standard_fields(kPackets).
std::vector<Key> row_of(const AssembledFlow& flow, const Conversation& c) {
  const auto duration_us =
      static_cast<std::uint64_t>((flow.last_ns - flow.first_ns + kMicrosecond / 2) / kMicrosecond);
  return {key_of(flow.tuple.src),
          key_of(flow.tuple.dst),
          flow.tuple.srcport,
          flow.tuple.dstport,
          flow.tuple.proto,
          static_cast<std::uint64_t>(flow.first_ns),
          duration_us,
          pair_key(c.forward.packets, c.backward.packets),
          tcp_code_of(flow, c),
          mean_payload(c.forward),
          mean_payload(c.backward),
          c.forward.ttl,
          c.backward.packets > 0 ? c.backward.ttl : std::uint8_t{0},
          c.forward.tos,
          c.forward.window,
          c.backward.window,
          header_code(plan_of(c.forward), plan_of(c.backward)),
          flow.tuple.proto == kTcp ? options_code(plan_of(c.forward), plan_of(c.backward))
                                   : kNoTcpOptions};
}

std::uint32_t saturated(std::uint64_t value) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

std::uint32_t saturated_us(std::int64_t ns) {
  return saturated(static_cast<std::uint64_t>(std::max<std::int64_t>(0, ns / kMicrosecond)));
}

}  // namespace

std::uint32_t tcp_code(TcpOpen open, TcpClose close) {
  return static_cast<std::uint32_t>(open) * 3 + static_cast<std::uint32_t>(close);
}

std::uint32_t header_code(const SenderPlan& forward, const SenderPlan& backward) {
  const auto one = [](const SenderPlan& sender) {
    return static_cast<std::uint32_t>(sender.ip_id) * 2 + (sender.dont_fragment ? 1 : 0);
  };
  return one(forward) * 6 + one(backward);
}

std::uint32_t options_code(const SenderPlan& forward, const SenderPlan& backward) {
  return static_cast<std::uint32_t>(forward.options) * kTcpOptionKinds +
         static_cast<std::uint32_t>(backward.options);
}

class ConversationColumns::Builder {
 public:
  Builder(const FlowTimeouts& timeouts, std::size_t most_steps, std::uint64_t seed,
          const std::optional<Window>& window)
      : most_steps_(most_steps),
        seed_(seed),
        window_(window),
        columns_(standard_fields(TraceKind::kPackets).size()),
        assembler_(timeouts, [this](const AssembledFlow& flow) { end(flow); }) {}

  void add(const Packet& packet, std::uint64_t number) {
    now_ = number;
    const auto placement = assembler_.add(packet);
    Conversation& c = active_[placement.flow];
    if (placement.first) {
      c.first_packet = number;
      c.random = Random(seed_, mix(std::hash<FiveTuple>()(packet.tuple),
                                   static_cast<std::uint64_t>(packet.time_ns)));
    }
    Sender& sender = placement.forward ? c.forward : c.backward;
    const bool forward = placement.forward;
    const bool carries = packet.payload_length > 0 || (packet.tcp_flags & (kSyn | kFin)) != 0;
    const Step step{packet.payload_length,
                    placement.first ? 0 : saturated_us(packet.time_ns - c.last_ns),
                    saturated(c.forward.packets + c.backward.packets),
                    saturated(sender.packets),
                    forward,
                    c.last_forward,
                    placement.first,
                    packet.payload_length == 0 && (packet.tcp_flags & (kSyn | kFin | kRst)) != 0,
                    c.owed.owes(forward),
                    moment_of(packet.tuple.proto, c.owed, c.last_forward, c.last_carried)};
    note(packet, sender);
    keep(step, c);
    c.owed.note(forward, carries);
    c.last_carried = carries;
    c.last_ns = placement.first ? packet.time_ns : std::max(c.last_ns, packet.time_ns);
    c.last_forward = forward;
  }

  void finish() {
    now_ = ConversationPlace::kAtTheEnd;
    assembler_.finish();
  }

  const std::vector<PrivateColumn>& columns() const { return columns_; }
  const std::vector<StepInContext>& steps() const { return steps_; }
  const Skips& skips() const { return skips_; }
  std::vector<PrivateColumn> take_columns() { return std::exchange(columns_, {}); }
  std::vector<StepInContext> take_steps() { return std::exchange(steps_, {}); }
  std::vector<ConversationPlace> take_places() { return std::exchange(places_, {}); }

 private:
  /// Reservoir sampling (Vitter 1985, algorithm R).
  void keep(const Step& step, Conversation& c) {
    const std::uint64_t seen = c.forward.packets + c.backward.packets;
    if (c.steps.size() < most_steps_) {
      c.steps.push_back(step);
    } else if (const std::uint64_t slot = c.random.below(seen); slot < most_steps_) {
      c.steps[slot] = step;
    }
  }

  void end(const AssembledFlow& flow) {
    const auto found = active_.find(flow.number);
    const Conversation& c = found->second;
    if (window_ && !window_->holds(flow.first_ns)) {
      skips_.add(kOutsideWindow, c.first_packet);
      active_.erase(found);
      return;
    }
    const std::vector<Key> row = row_of(flow, c);
    for (std::size_t f = 0; f < row.size(); ++f) {
      columns_[f].values.push_back(row[f]);
    }
    places_.push_back({c.first_packet, now_});
    const std::uint64_t packets = c.forward.packets + c.backward.packets;
    const auto duration_us =
        static_cast<std::uint64_t>((flow.last_ns - flow.first_ns) / kMicrosecond);
    for (const Step& step : c.steps) {
      steps_.push_back({step, flow.tuple.proto, mean_payload(step.forward ? c.forward : c.backward),
                        packets < 2 ? 0 : duration_us / (packets - 1),
                        c.forward.packets == 0 || c.backward.packets == 0,
                        columns_.front().values.size() - 1});
    }
    active_.erase(found);
  }

  std::size_t most_steps_;
  std::uint64_t seed_;
  std::optional<Window> window_;
  std::uint64_t now_ = 0;  ///< number of the packet that is being added
  Skips skips_;
  std::unordered_map<std::uint64_t, Conversation> active_;
  std::vector<PrivateColumn> columns_;
  std::vector<StepInContext> steps_;
  std::vector<ConversationPlace> places_;
  FlowAssembler assembler_;
};

ConversationColumns::ConversationColumns(const FlowTimeouts& timeouts,
                                         std::size_t steps_per_conversation, std::uint64_t seed,
                                         const std::optional<Window>& window)
    : builder_(std::make_unique<Builder>(timeouts, steps_per_conversation, seed, window)) {}
ConversationColumns::ConversationColumns(ConversationColumns&& other) noexcept = default;
ConversationColumns::~ConversationColumns() = default;
void ConversationColumns::add(const Packet& packet, std::uint64_t number) {
  builder_->add(packet, number);
}
void ConversationColumns::finish() {
  builder_->finish();
}
std::size_t ConversationColumns::rows() const {
  return columns().front().values.size();
}
const std::vector<PrivateColumn>& ConversationColumns::columns() const {
  return builder_->columns();
}
const std::vector<StepInContext>& ConversationColumns::steps() const {
  return builder_->steps();
}
std::vector<PrivateColumn> ConversationColumns::take_columns() {
  return builder_->take_columns();
}
std::vector<StepInContext> ConversationColumns::take_steps() {
  return builder_->take_steps();
}
std::vector<ConversationPlace> ConversationColumns::take_places() {
  return builder_->take_places();
}
const Skips& ConversationColumns::skips() const {
  return builder_->skips();
}

namespace {

/// The columns of a row that standard_fields(kPackets) fixes, by position.
enum CaptureField : std::size_t {
  kSrcIp,
  kDstIp,
  kSrcPort,
  kDstPort,
  kProto,
  kTs,
  kTd,
  kShape,
  kTcpState,
  kForwardPayload,
  kBackwardPayload,
  kForwardTtl,
  kBackwardTtl,
  kTos,
  kForwardWindow,
  kBackwardWindow,
  kHeader,
  kOptions,
};

SenderPlan sender_of(std::uint32_t code, Key ttl, Key tos, Key window) {
  SenderPlan sender;
  sender.ttl = static_cast<std::uint8_t>(std::max<Key>(1, ttl));
  sender.tos = static_cast<std::uint8_t>(tos);
  sender.window = static_cast<std::uint16_t>(window);
  sender.ip_id = static_cast<IpIdPolicy>(code / 2);
  sender.dont_fragment = code % 2 != 0;
  return sender;
}

/// A window of 0 was learned from senders that only reset. A sender that the model lets live has
/// the other side's, or a usual one.
void give_windows(SenderPlan& forward, SenderPlan& backward) {
  constexpr std::uint16_t kUsualWindow = 502;  // 64 KiB under a scale of 7
  const auto usual = [](std::uint16_t other) { return other == 0 ? kUsualWindow : other; };
  forward.window = forward.window == 0 ? usual(backward.window) : forward.window;
  backward.window = backward.window == 0 ? usual(forward.window) : backward.window;
}

}  // namespace

ConversationOutline outline_of(const std::vector<Key>& row, Random& random) {
  ConversationOutline outline;
  FiveTuple& tuple = outline.plan.tuple;
  tuple = {address_of(row[kSrcIp]), address_of(row[kDstIp]),
           static_cast<std::uint16_t>(row[kSrcPort]), static_cast<std::uint16_t>(row[kDstPort]),
           static_cast<std::uint8_t>(row[kProto])};
  make_possible(tuple, random);
  const auto state = static_cast<std::uint32_t>(row[kTcpState]);
  outline.plan.open = state < kNotTcpCode ? static_cast<TcpOpen>(state / 3) : TcpOpen::kMidstream;
  outline.plan.close = state < kNotTcpCode ? static_cast<TcpClose>(state % 3) : TcpClose::kNone;
  const auto header = static_cast<std::uint32_t>(row[kHeader]);
  outline.plan.forward = sender_of(header / 6, row[kForwardTtl], row[kTos], row[kForwardWindow]);
  outline.plan.backward = sender_of(header % 6, row[kBackwardTtl], row[kTos], row[kBackwardWindow]);
  const auto options = static_cast<std::uint32_t>(row[kOptions]);
  if (options < kNoTcpOptions) {
    outline.plan.forward.options = static_cast<TcpOptions>(options / kTcpOptionKinds);
    outline.plan.backward.options = static_cast<TcpOptions>(options % kTcpOptionKinds);
  }
  give_windows(outline.plan.forward, outline.plan.backward);
  outline.start_ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(row[kTs]));
  outline.forward_packets = std::max<std::uint64_t>(1, first_of(row[kShape]));
  outline.backward_packets = second_of(row[kShape]);
  const bool single = outline.forward_packets + outline.backward_packets == 1;
  outline.duration_ns = single ? 0 : static_cast<std::int64_t>(row[kTd]) * kMicrosecond;
  outline.forward_mean_payload = static_cast<std::uint32_t>(row[kForwardPayload]);
  outline.backward_mean_payload = static_cast<std::uint32_t>(row[kBackwardPayload]);
  return outline;
}

}  // namespace tracetwin
