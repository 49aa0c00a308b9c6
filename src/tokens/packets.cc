#include "tokens/packets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "trace/packet.h"

namespace tracetwin::tokens {
namespace {

constexpr std::size_t kGap = 0;  // of packet_fields()
constexpr std::size_t kPayload = 1;

// Given tokens, in this order.
enum Given : std::size_t {
  kDstService,
  kSrcService,
  kProtocol,
  kTcpCode,
  kPosition,
  kForwardLeft,
  kBackwardLeft,
  kForwardMean,
  kBackwardMean,
  kGapMean,
  kRun,
  kForwardLargest,
  kBackwardLargest,
  kPast,
};
constexpr std::size_t kPastTokens = 3;
constexpr std::size_t kGivenTokens = kPast + 4 * kPastTokens;
constexpr std::size_t kDirection = kGivenTokens;
constexpr std::size_t kGapHead = kDirection + 1;

constexpr std::uint32_t kProtocolCodes = 4;
constexpr std::uint32_t kTcpCodes = 13;
constexpr std::uint64_t kExact = 16;
constexpr std::uint32_t kCountSteps = 48;  // 2 an octave up to 2^31
constexpr std::uint32_t kMeanSteps = 68;   // 4 an octave up to 2^16
constexpr std::uint32_t kGapSteps = 112;   // 3 an octave up to 2^37
constexpr std::uint32_t kRuns = 9;
constexpr std::uint64_t kLongestGap = UINT32_MAX;  // microseconds: what a Step can say
constexpr std::uint16_t kNobody = 2;               // direction of the packet before the first

std::uint16_t step_of(double value, double an_octave, std::uint32_t first, std::uint32_t steps) {
  const double place = first + std::floor(an_octave * std::log2(std::max(1.0, value)));
  return static_cast<std::uint16_t>(std::min<double>(place, steps - 1));
}

std::uint16_t count_step(std::uint64_t count) {
  return count < kExact ? static_cast<std::uint16_t>(count)
                        : step_of(static_cast<double>(count) / kExact, 2, kExact, kCountSteps);
}

/// 0: nobody left to say it; 1: nothing left to say.
std::uint16_t mean_step(std::uint64_t sum, std::uint64_t count) {
  if (count == 0 || sum == 0) {
    return count == 0 ? 0 : 1;
  }
  return step_of(static_cast<double>(sum) / static_cast<double>(count), 4, 2, kMeanSteps);
}

std::uint16_t gap_step(std::uint64_t time_us, std::uint64_t packets) {
  return packets == 0 ? 0
                      : step_of(1 + static_cast<double>(time_us) / static_cast<double>(packets), 3,
                                1, kGapSteps);
}

std::uint16_t service_of(const PacketScheme& scheme, std::uint16_t port) {
  const auto found = std::ranges::lower_bound(scheme.services, Key{port});
  const bool known = found != scheme.services.end() && *found == port;
  return static_cast<std::uint16_t>(known ? found - scheme.services.begin()
                                          : std::ssize(scheme.services));
}

std::uint16_t protocol_class(std::uint8_t proto) {
  return proto == kTcp ? 0 : proto == kUdp ? 1 : has_ports(proto) ? 2 : 3;
}

std::size_t detail_count(const Coding& coding) {
  return coding.parts > 1 ? 1 : 0;
}

/// The head of a number and the part of its bin.
std::array<std::uint16_t, 2> tokens_of(const Coding& coding, std::size_t field, Key key) {
  std::array<std::uint16_t, 2> tokens = {kInactive, kInactive};
  encode(coding, packet_fields()[field], key, tokens[0],
         std::span(tokens).subspan(1, detail_count(coding)));
  return tokens;
}

std::uint16_t head_of(const Coding& coding, std::size_t field, Key key) {
  return tokens_of(coding, field, key)[0];
}

std::size_t payload_head(const PacketScheme& scheme) {
  return kGapHead + 1 + detail_count(scheme.gap);
}

void add_number(const Coding& coding, std::uint32_t field, bool not_first,
                autoregressive::Layout& layout) {
  autoregressive::Token head{coding.name, head_choices(coding), field};
  if (not_first) {
    head.guard = autoregressive::Guard{kPosition, 1};
  }
  layout.push_back(std::move(head));
  for (auto& detail : details_of(coding, static_cast<std::uint32_t>(layout.size() - 1))) {
    detail.field = field;
    layout.push_back(std::move(detail));
  }
}

std::size_t side(bool forward) {
  return forward ? 0 : 1;
}

}  // namespace

const std::vector<Field>& packet_fields() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> made(2);
    made[kGap].name = "gap";
    made[kGap].kind = FieldKind::kDuration;
    made[kPayload].name = "payload";
    made[kPayload].kind = FieldKind::kLength;
    return made;
  }();
  return fields;
}

std::size_t first_drawn() {
  return kDirection;
}

autoregressive::Layout layout_of(const PacketScheme& scheme) {
  autoregressive::Layout layout;
  const auto give = [&](std::string name, std::uint32_t choices, std::uint32_t field) {
    layout.push_back({std::move(name), choices, field, false, std::nullopt, true});
  };
  const auto services = static_cast<std::uint32_t>(scheme.services.size() + 1);
  const std::uint32_t gaps = head_choices(scheme.gap);
  const std::uint32_t payloads = head_choices(scheme.payload);
  std::uint32_t field = 0;
  give("service of the destination", services, field++);
  give("service of the source", services, field++);
  give("protocol", kProtocolCodes, field++);
  give("TCP state", kTcpCodes, field++);
  give("packets so far", kCountSteps, field++);
  give("forward packets left", kCountSteps, field++);
  give("backward packets left", kCountSteps, field++);
  give("forward bytes a packet left", kMeanSteps, field++);
  give("backward bytes a packet left", kMeanSteps, field++);
  give("time a packet left", kGapSteps, field++);
  give("packets in a row", kRuns, field++);
  give("largest forward", payloads, field++);
  give("largest backward", payloads, field++);
  for (std::size_t lag = 1; layout.size() < kGivenTokens; ++lag) {
    give(fmt::format("direction {} before", lag), kNobody + 1, field);
    give(fmt::format("gap {} before", lag), gaps, field);
    give(fmt::format("payload {} before", lag), payloads, field++);
  }
  layout.push_back({"direction", 2, field++, false, autoregressive::Guard{kPosition, 1}});
  add_number(scheme.gap, field++, true, layout);
  add_number(scheme.payload, field++, false, layout);
  return layout;
}

Course::Course(const PacketScheme& scheme, const Talk& talk)
    : scheme_(&scheme),
      kind_{service_of(scheme, talk.dstport), service_of(scheme, talk.srcport),
            protocol_class(talk.proto),
            static_cast<std::uint16_t>(std::min(talk.tcp_code, kTcpCodes - 1))},
      packets_left_(talk.packets),
      payload_left_(talk.payload),
      time_left_us_(talk.duration_us) {
  past_.fill({kNobody, head_of(scheme.gap, kGap, 0), head_of(scheme.payload, kPayload, 0)});
}

void Course::give(std::span<std::uint16_t> record) const {
  std::ranges::copy(kind_, record.begin());
  record[kPosition] = count_step(position_);
  record[kForwardLeft] = count_step(packets_left_[0]);
  record[kBackwardLeft] = count_step(packets_left_[1]);
  record[kForwardMean] = mean_step(payload_left_[0], packets_left_[0]);
  record[kBackwardMean] = mean_step(payload_left_[1], packets_left_[1]);
  record[kGapMean] = gap_step(time_left_us_, left());
  record[kRun] = static_cast<std::uint16_t>(std::min<std::uint64_t>(run_, kRuns - 1));
  record[kForwardLargest] = head_of(scheme_->payload, kPayload, largest_[0]);
  record[kBackwardLargest] = head_of(scheme_->payload, kPayload, largest_[1]);
  for (std::size_t lag = 0; lag < kLags; ++lag) {
    record[kPast + lag * kPastTokens] = past_[lag].direction;
    record[kPast + lag * kPastTokens + 1] = past_[lag].gap;
    record[kPast + lag * kPastTokens + 2] = past_[lag].payload;
  }
}

void Course::add(const Saying& saying) {
  const std::size_t own = side(saying.forward);
  const auto direction = static_cast<std::uint16_t>(own);
  packets_left_[own] -= packets_left_[own] > 0 ? 1 : 0;
  payload_left_[own] -= std::min<std::uint64_t>(payload_left_[own], saying.payload);
  time_left_us_ -= std::min(time_left_us_, saying.gap_us);
  largest_[own] = std::max<std::uint64_t>(largest_[own], saying.payload);
  run_ = past_.front().direction == direction ? run_ + 1 : 1;
  std::shift_right(past_.begin(), past_.end(), 1);
  past_.front() = {direction, head_of(scheme_->gap, kGap, saying.gap_us),
                   head_of(scheme_->payload, kPayload, saying.payload)};
  ++position_;
}

void encode(const PacketScheme& scheme, const Saying& saying, bool opens,
            std::span<std::uint16_t> record) {
  const auto gap = tokens_of(scheme.gap, kGap, saying.gap_us);
  const auto payload = tokens_of(scheme.payload, kPayload, saying.payload);
  const std::size_t at = payload_head(scheme);
  std::ranges::fill(record.subspan(kDirection), kInactive);
  if (!opens) {
    set_direction(saying.forward, record);
    std::copy_n(gap.begin(), at - kGapHead, record.begin() + kGapHead);
  }
  std::copy_n(payload.begin(), record.size() - at,
              record.begin() + static_cast<std::ptrdiff_t>(at));
}

bool direction_of(std::span<const std::uint16_t> record) {
  return record[kDirection] == kInactive || record[kDirection] == 0;
}

void set_direction(bool forward, std::span<std::uint16_t> record) {
  record[kDirection] = static_cast<std::uint16_t>(side(forward));
}

Saying decode(const PacketScheme& scheme, std::span<const std::uint16_t> record, Random& random) {
  const std::vector<Field>& fields = packet_fields();
  const std::size_t at = payload_head(scheme);
  Saying saying{direction_of(record), 0, 0};
  Key key = 0;
  if (record[kGapHead] != kInactive) {
    decode(scheme.gap, fields[kGap], record[kGapHead],
           record.subspan(kGapHead + 1, at - kGapHead - 1), random, key);
    saying.gap_us = static_cast<std::uint64_t>(std::min<Key>(key, kLongestGap));
  }
  decode(scheme.payload, fields[kPayload], record[at], record.subspan(at + 1), random, key);
  saying.payload = static_cast<std::uint32_t>(key);
  return saying;
}

}  // namespace tracetwin::tokens
