// The assembler against one that does the same as plainly as possible.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <list>
#include <map>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "trace/assembly.h"

namespace tracetwin::test {
namespace {

/// The same rules, written as plainly as possible: a list of flows, searched from end to end.
class PlainAssembler {
 public:
  PlainAssembler(FlowTimeouts timeouts, std::vector<AssembledFlow>& ended)
      : timeouts_(timeouts), ended_(ended) {}

  std::uint64_t add(const Packet& packet) {
    clock_ = std::max(clock_, packet.time_ns);
    while (!flows_.empty() && clock_ - flows_.front().touched > timeouts_.idle_ns) {
      end(flows_.begin());
    }
    auto at = std::find_if(flows_.begin(), flows_.end(),
                           [&](const Flow& flow) { return belongs(flow.out.tuple, packet.tuple); });
    if (at != flows_.end() && is_over(*at, packet)) {
      end(at);
      at = flows_.end();
    }
    if (at == flows_.end()) {
      if (flows_.size() == timeouts_.max_active) {
        end(flows_.begin());
      }
      flows_.push_back({{packet.tuple, packet.time_ns, packet.time_ns, {}, {}, begun_++}});
      at = std::prev(flows_.end());
      at->opened = clock_;
    }
    at->touched = clock_;
    count(*at, packet);
    flows_.splice(flows_.end(), flows_, at);
    return flows_.back().out.number;
  }

  void finish() {
    flows_.sort([](const Flow& a, const Flow& b) { return a.out.number < b.out.number; });
    while (!flows_.empty()) {
      end(flows_.begin());
    }
  }

 private:
  struct Flow {
    AssembledFlow out;
    std::int64_t touched = 0;
    std::int64_t opened = 0;
    bool fins[2] = {false, false};
    bool reset = false;
  };

  bool belongs(const FiveTuple& flow, const FiveTuple& packet) const {
    return flow == packet || (timeouts_.bidirectional && flow == packet.reversed());
  }
  bool is_over(const Flow& flow, const Packet& packet) const {
    const bool closed = flow.reset || (flow.fins[0] && (flow.fins[1] || !timeouts_.bidirectional));
    return clock_ - flow.opened > timeouts_.active_ns || (closed && packet.tcp_flags == kSyn);
  }
  static void count(Flow& flow, const Packet& packet) {
    const bool backward = flow.out.tuple != packet.tuple;
    auto& totals = backward ? flow.out.backward : flow.out.forward;
    ++totals.packets;
    totals.bytes += packet.ip_length;
    totals.payload += packet.payload_length;
    totals.tcp_flags |= packet.tcp_flags;
    flow.out.first_ns = std::min(flow.out.first_ns, packet.time_ns);
    flow.out.last_ns = std::max(flow.out.last_ns, packet.time_ns);
    flow.fins[backward] = flow.fins[backward] || (packet.tcp_flags & kFin) != 0;
    flow.reset = flow.reset || (packet.tcp_flags & kRst) != 0;
  }
  void end(std::list<Flow>::iterator at) {
    ended_.push_back(at->out);
    flows_.erase(at);
  }

  FlowTimeouts timeouts_;
  std::vector<AssembledFlow>& ended_;
  std::list<Flow> flows_;
  std::int64_t clock_ = 0;
  std::uint64_t begun_ = 0;
};

auto as_tuple(const AssembledFlow& f) {
  return std::tuple(f.number, f.tuple, f.first_ns, f.last_ns, f.forward.packets, f.forward.bytes,
                    f.forward.payload, f.forward.tcp_flags, f.backward.packets, f.backward.bytes,
                    f.backward.payload, f.backward.tcp_flags);
}

Packet random_packet(Random& random, std::int64_t now, std::uint32_t hosts) {
  constexpr std::uint8_t kFlags[] = {kSyn, kSyn | kAck, kAck, kAck | kPsh, kFin | kAck, kRst};
  const auto host = [&] { return static_cast<std::uint32_t>(random.below(hosts)); };
  const auto port = [&] { return static_cast<std::uint16_t>(random.below(3)); };
  Packet packet = packet_at(now + random.between(-3, 3), tcp_tuple(host(), host(), port(), port()),
                            kFlags[random.below(6)]);
  if (random.chance(0.2)) {
    packet.tuple.proto = kUdp;
    packet.tcp_flags = 0;
  }
  packet.ip_length = static_cast<std::uint32_t>(random.below(1500));
  return packet;
}

TEST(FlowAssembler, AgreesWithThePlainAssembler) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    FlowTimeouts timeouts;
    timeouts.idle_ns = random.between(5, 200);
    timeouts.active_ns = random.between(20, 2000);
    timeouts.max_active = 1 + random.below(60);
    timeouts.bidirectional = random.chance(0.6);
    const auto hosts = static_cast<std::uint32_t>(random.between(2, 40));
    Assembly run(timeouts);
    std::vector<AssembledFlow> expected;
    PlainAssembler plain(timeouts, expected);
    std::int64_t now = 1000;
    for (int i = 0; i < 3000; ++i) {
      now += random.chance(0.01) ? random.between(0, 300) : random.between(0, 3);
      const Packet packet = random_packet(random, now, hosts);
      ASSERT_EQ(run.assembler.add(packet).flow, plain.add(packet)) << "seed " << seed;
    }
    run.assembler.finish();
    plain.finish();
    ASSERT_EQ(run.ended.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(as_tuple(run.ended[i]), as_tuple(expected[i])) << "seed " << seed << " flow " << i;
    }
  }
}

TEST(FlowAssembler, ManyFlowsComeAndGo) {
  Assembly run;
  Random random(4);
  std::map<std::uint64_t, std::uint64_t> packets;
  for (int i = 0; i < 200'000; ++i) {
    const auto host = static_cast<std::uint32_t>(random.below(30'000));
    const Packet packet = packet_at(i * (kSecond / 500), tcp_tuple(host, 0xffffffff));
    ++packets[run.assembler.add(packet).flow];
  }
  run.assembler.finish();
  ASSERT_EQ(run.ended.size(), packets.size());
  for (const auto& flow : run.ended) {
    EXPECT_EQ(flow.forward.packets, packets[flow.number]);
  }
}

}  // namespace
}  // namespace tracetwin::test
