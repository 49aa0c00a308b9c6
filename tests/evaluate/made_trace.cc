#include "made_trace.h"

#include <fmt/format.h>

#include <utility>

#include "base/random.h"

namespace tracetwin::test {
namespace {

struct Service {
  const char* name;
  const char* proto;
  int port;
  int packets;  ///< at most
  int bytes;    ///< of a packet, at least 40
};
constexpr Service kServices[] = {
    {"web", "TCP", 443, 40, 700}, {"names", "UDP", 53, 1, 90}, {"shell", "TCP", 22, 12, 120}};

FlowLine made_flow(std::int64_t time_us, Random& random) {
  const auto client = random.below(60) * random.below(60) / 60;
  const Service& service = kServices[random.below(10) < 5 ? 0 : random.below(2) + 1];
  const auto packets = 1 + random.below(static_cast<std::uint64_t>(service.packets));
  const double duration = packets == 1 ? 0 : 0.05 * static_cast<double>(packets) * random.uniform();
  const auto bytes = packets * (40 + random.below(static_cast<std::uint64_t>(service.bytes)));
  return {fmt::format("10.0.0.{}", client + 1),
          fmt::format("192.0.2.{}", service.port % 250),
          fmt::format("{}", 32768 + random.below(28000)),
          fmt::format("{}", service.port),
          service.proto,
          fmt::format("{}", time_us),
          fmt::format("{:.6f}", duration),
          fmt::format("{}", packets),
          fmt::format("{}", bytes),
          service.name};
}

}  // namespace

std::vector<FlowLine> made_flows(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<FlowLine> lines;
  std::int64_t time_us = 1'700'000'000'000'000;
  for (std::size_t i = 0; i < count; ++i) {
    time_us += static_cast<std::int64_t>(random.below(200'000));
    lines.push_back(made_flow(time_us, random));
  }
  return lines;
}

std::vector<FlowLine> shuffled_columns(std::vector<FlowLine> lines, std::uint64_t seed) {
  for (std::size_t column = 0; column < lines[0].size(); ++column) {
    Random random(seed, column);
    for (std::size_t i = lines.size(); i > 1; --i) {
      std::swap(lines[i - 1][column], lines[random.below(i)][column]);
    }
  }
  return lines;
}

std::string flow_csv(const std::vector<FlowLine>& lines) {
  std::string text = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,type\n";
  for (const FlowLine& line : lines) {
    text += fmt::format("{}\n", fmt::join(line, ","));
  }
  return text;
}

}  // namespace tracetwin::test
