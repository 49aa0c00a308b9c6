#include "pipeline/token_packets.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "base/parallel.h"
#include "encode/conversations.h"
#include "pipeline/plan_packets.h"
#include "tokens/choose.h"

namespace tracetwin {
namespace {

using autoregressive::Records;
using tokens::Course;
using tokens::Saying;
using tokens::Talk;

constexpr std::size_t kMostServices = 64;
constexpr std::size_t kLeastConversations = 5;
constexpr std::size_t kMostPayloads = 2000;                 // of a list, when rare ones are kept
constexpr std::size_t kMostLearned = std::size_t{1} << 22;  // packets
constexpr std::uint64_t kMostPackets = 1 << 18;             // of a conversation
constexpr std::size_t kLanes = 256;  // conversations that are drawn side by side
constexpr std::size_t kSrcPort = 2;
constexpr std::size_t kDstPort = 3;
constexpr std::size_t kDuration = 6;
constexpr std::size_t kShape = 7;
constexpr std::int64_t kMicrosecond = 1000;

Talk talk_of(const ConversationOutline& outline) {
  const ConversationPlan& plan = outline.plan;
  Talk talk;
  talk.srcport = plan.tuple.srcport;
  talk.dstport = plan.tuple.dstport;
  talk.proto = plan.tuple.proto;
  talk.tcp_code = talk.proto == kTcp ? tcp_code(plan.open, plan.close) : kNotTcpCode;
  talk.packets = {std::min(outline.forward_packets, kMostPackets),
                  std::min(outline.backward_packets, kMostPackets)};
  talk.payload = {talk.packets[0] * outline.forward_mean_payload,
                  talk.packets[1] * outline.backward_mean_payload};
  talk.duration_us =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, outline.duration_ns / kMicrosecond));
  return talk;
}

ConversationOutline outline_at(const PrivateTrace& trace, std::size_t row) {
  std::vector<Key> keys;
  for (const PrivateColumn& column : trace.columns) {
    keys.push_back(column.values[row]);
  }
  Random none(0);
  return outline_of(keys, none);
}

std::vector<Key> frequent_ports(const PrivateTrace& trace) {
  std::unordered_map<std::uint16_t, std::size_t> counts;
  for (const std::size_t field : {kSrcPort, kDstPort}) {
    for (std::size_t row = 0; row < trace.rows(); ++row) {
      ++counts[static_cast<std::uint16_t>(trace.columns[field].values[row])];
    }
  }
  std::vector<std::pair<std::size_t, std::uint16_t>> ports;
  for (const auto& [port, count] : counts) {
    if (count >= kLeastConversations) {
      ports.emplace_back(count, port);
    }
  }
  std::ranges::sort(ports, std::greater<>());
  ports.resize(std::min(ports.size(), kMostServices));
  std::vector<Key> services;
  services.reserve(ports.size());
  for (const auto& [count, port] : ports) {
    services.push_back(port);
  }
  std::ranges::sort(services);
  return services;
}

Saying saying_of(const StepInContext& step) {
  return {step.step.forward, step.step.gap_us, step.step.payload};
}

}  // namespace

std::uint64_t packets_in(const Row& row) {
  return first_of(row[kShape]) + second_of(row[kShape]);
}

std::vector<tokens::Magnitude> magnitudes_of(std::span<const Row> rows) {
  std::vector<tokens::Magnitude> sizes;
  for (const Row& row : rows) {
    sizes.push_back({packets_in(row), static_cast<std::uint64_t>(row[kDuration])});
  }
  return sizes;
}

std::vector<tokens::Magnitude> magnitudes_of(const PrivateTrace& trace) {
  std::vector<tokens::Magnitude> sizes;
  for (std::size_t row = 0; row < trace.rows(); ++row) {
    const Key shape = trace.columns[kShape].values[row];
    sizes.push_back({first_of(shape) + second_of(shape),
                     static_cast<std::uint64_t>(trace.columns[kDuration].values[row])});
  }
  return sizes;
}

Row with_packets_scaled(Row row, double factor) {
  const auto scaled = [&](std::uint64_t count) {
    return static_cast<std::uint64_t>(std::llround(factor * static_cast<double>(count)));
  };
  row[kShape] = pair_key(scaled(first_of(row[kShape])), scaled(second_of(row[kShape])));
  return row;
}

tokens::PacketScheme choose_packet_scheme(const PrivateTrace& trace, bool keep_rare) {
  tokens::Columns columns{tokens::packet_fields(), {}, {{}, {}}, {}};
  for (const StepInContext& step : trace.steps) {
    if (!step.step.opens) {
      columns.keys[0].push_back(step.step.gap_us);
    }
    columns.keys[1].push_back(step.step.payload);
  }
  if (columns.keys[0].empty()) {
    columns.keys[0].push_back(0);
  }
  tokens::SchemeOptions gaps;
  gaps.most_listed = 1;
  gaps.most_bins = 96;
  tokens::SchemeOptions payloads;
  payloads.most_listed = keep_rare ? kMostPayloads : 250;
  payloads.least = keep_rare ? 1 : payloads.least;
  tokens::PacketScheme scheme;
  scheme.services = frequent_ports(trace);
  scheme.gap = tokens::choose_scheme(columns, gaps).codings[0];
  scheme.payload = tokens::choose_scheme(columns, payloads).codings[1];
  return scheme;
}

Records packet_records(const PrivateTrace& trace, const tokens::PacketScheme& scheme) {
  Records records;
  records.width = layout_of(scheme).size();
  const double part = static_cast<double>(kMostLearned) / static_cast<double>(trace.steps.size());
  std::optional<Course> course;
  std::vector<std::uint16_t> record(records.width);
  Random random(0, kPacketStream);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const StepInContext& step = trace.steps[i];
    const bool opens = i == 0 || trace.steps[i - 1].conversation != step.conversation;
    if (opens) {
      course.emplace(scheme, talk_of(outline_at(trace, step.conversation)));
    }
    if (part >= 1 || random.chance(part)) {
      course->give(record);
      encode(scheme, saying_of(step), opens, record);
      records.tokens.insert(records.tokens.end(), record.begin(), record.end());
      records.groups.push_back(static_cast<std::uint32_t>(step.conversation));
    }
    course->add(saying_of(step));
  }
  return records;
}

std::int64_t end_of_packets(const PrivateTrace& trace) {
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (std::size_t row = 0; row < trace.rows(); ++row) {
    const ConversationOutline outline = outline_at(trace, row);
    end = std::max(end, outline.start_ns + outline.duration_ns);
  }
  return end;
}

namespace {

/// Makes the gaps add up to the duration: what is missing is waited where the longest wait is, what
/// is too much is taken from all alike.
void meet_duration(std::uint64_t duration_us, std::vector<Saying>& sayings) {
  if (sayings.size() < 2) {
    return;
  }
  const auto begin = sayings.begin() + 1;
  const std::uint64_t sum =
      std::accumulate(begin, sayings.end(), std::uint64_t{0},
                      [](std::uint64_t all, const Saying& saying) { return all + saying.gap_us; });
  if (sum <= duration_us) {
    std::ranges::max_element(begin, sayings.end(), {}, &Saying::gap_us)->gap_us +=
        duration_us - sum;
    return;
  }
  const double scale = static_cast<double>(duration_us) / static_cast<double>(sum);
  for (auto saying = begin; saying != sayings.end(); ++saying) {
    saying->gap_us = static_cast<std::uint64_t>(static_cast<double>(saying->gap_us) * scale);
  }
}

/// A conversation that is being drawn.
struct Lane {
  std::size_t row = 0;
  Random random;
  ConversationOutline outline;
  Course course;
  std::vector<Saying> sayings;
};

std::vector<PacketPlan> packets_of(const ConversationOutline& outline,
                                   std::span<const Saying> sayings) {
  std::vector<PacketPlan> packets;
  packets.reserve(sayings.size());
  std::int64_t time = outline.start_ns;
  for (const Saying& saying : sayings) {
    time += packets.empty() ? 0 : static_cast<std::int64_t>(saying.gap_us) * kMicrosecond;
    packets.push_back({time, saying.payload, saying.forward, false});
  }
  return packets;
}

/// Draws the conversations of some rows, as many side by side as there are lanes; a lane whose
/// conversation ends takes the next one.
class Lanes {
 public:
  Lanes(const tokens::PacketNetwork& network, const autoregressive::Sampler& sampler,
        std::int64_t end_ns)
      : network_(network), sampler_(sampler), end_ns_(end_ns), width_(sampler.layout().size()) {}

  void run(std::span<const Row> rows, std::span<const std::uint64_t> streams, std::uint64_t seed,
           std::span<ConversationPlan> plans) {
    const std::vector<std::size_t> order = longest_first(rows);
    std::size_t next = 0;
    const auto fill = [&] {
      for (; lanes_.size() < kLanes && next < order.size(); ++next) {
        const std::size_t row = order[next];
        lanes_.push_back(begin(row, rows[row], Random(seed, mix(kPacketStream, streams[row]))));
      }
    };
    for (fill(); !lanes_.empty(); fill()) {
      step();
      for (std::size_t i = lanes_.size(); i-- > 0;) {
        if (lanes_[i].course.left() == 0) {
          plans[lanes_[i].row] = end(lanes_[i]);
          std::swap(lanes_[i], lanes_.back());
          lanes_.pop_back();
        }
      }
    }
  }

 private:
  /// So that none is left to be drawn alone for long.
  static std::vector<std::size_t> longest_first(std::span<const Row> rows) {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater<>(),
                             [&](std::size_t row) { return packets_in(rows[row]); });
    return order;
  }

  Lane begin(std::size_t number, const Row& row, Random random) const {
    ConversationOutline outline = outline_of(row, random);
    outline.duration_ns = std::clamp<std::int64_t>(end_ns_ - outline.start_ns, 0,
                                                   std::max<std::int64_t>(0, outline.duration_ns));
    const Course course(network_.scheme, talk_of(outline));
    return {number, random, std::move(outline), course, {}};
  }

  static ConversationPlan end(Lane& lane) {
    meet_duration(talk_of(lane.outline).duration_us, lane.sayings);
    auto packets = packets_of(lane.outline, lane.sayings);
    return plan_given_packets(std::move(lane.outline), std::move(packets));
  }

  /// The next packet of every lane: whose it is first, since a side that has none left is silent.
  void step() {
    records_.assign(lanes_.size() * width_, 0);
    randoms_.clear();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      lanes_[i].course.give(record(i));
      randoms_.push_back(&lanes_[i].random);
    }
    const std::size_t first = tokens::first_drawn();
    sampler_.draw(records_, first, first + 1, randoms_);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const Course& course = lanes_[i].course;
      if (course.has_begun() && !course.may_speak(tokens::direction_of(record(i)))) {
        tokens::set_direction(!tokens::direction_of(record(i)), record(i));
      }
    }
    sampler_.draw(records_, first + 1, width_, randoms_);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      lanes_[i].sayings.push_back(decode(network_.scheme, record(i), lanes_[i].random));
      lanes_[i].course.add(lanes_[i].sayings.back());
    }
  }

  std::span<std::uint16_t> record(std::size_t lane) {
    return std::span(records_).subspan(lane * width_, width_);
  }

  const tokens::PacketNetwork& network_;
  const autoregressive::Sampler& sampler_;
  std::int64_t end_ns_;
  std::size_t width_;
  std::vector<Lane> lanes_;
  std::vector<std::uint16_t> records_;
  std::vector<Random*> randoms_;
};

}  // namespace

PacketDrawer::PacketDrawer(const tokens::PacketNetwork& network)
    : network_(network), sampler_(layout_of(network.scheme), network.options, network.weights) {}

std::vector<ConversationPlan> PacketDrawer::plans(std::span<const Row> rows,
                                                  std::span<const std::uint64_t> streams,
                                                  std::uint64_t seed, std::int64_t end_ns,
                                                  unsigned threads) const {
  constexpr std::size_t kBlock = 2048;
  std::vector<ConversationPlan> plans(rows.size());
  parallel_blocks((rows.size() + kBlock - 1) / kBlock, threads, [&](std::size_t block) {
    const std::size_t begin = block * kBlock;
    const std::size_t count = std::min(kBlock, rows.size() - begin);
    Lanes(network_, sampler_, end_ns)
        .run(rows.subspan(begin, count), streams.subspan(begin, count), seed,
             std::span(plans).subspan(begin, count));
  });
  return plans;
}

}  // namespace tracetwin
