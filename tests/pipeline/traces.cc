#include "traces.h"

#include <fmt/format.h>

#include "base/random.h"
#include "support/support.h"

namespace tracetwin::test {
namespace {

constexpr std::int64_t kStartUs = 1'700'000'000'000'000;
constexpr std::int64_t kHourUs = 3'600'000'000;

std::string flow_line(Random& random) {
  const auto time = kStartUs + static_cast<std::int64_t>(random.below(kHourUs));
  const auto host = random.below(20);
  const auto port = 32768 + random.below(20000);
  switch (random.below(4)) {
    case 0:
      return fmt::format("198.51.100.{},10.0.0.1,{},22,TCP,{},0,1,40,scan\n", random.below(200),
                         port, time);
    case 1:
      return fmt::format("10.0.1.{},10.0.0.53,{},53,UDP,{},0.0{},2,{},dns\n", host, port, time,
                         random.between(10, 99), random.between(150, 400));
    default:
      return fmt::format("10.0.1.{},203.0.113.{},{},443,TCP,{},{}.5,{},{},web\n", host,
                         random.below(5), port, time, random.below(60), 20 + random.below(30),
                         20000 + random.below(20000));
  }
}

}  // namespace

void write_flow_log(const std::filesystem::path& path, int rows, std::uint64_t seed,
                    const std::string& canary) {
  Random random(seed);
  std::string text = "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n";
  for (int i = 0; i < rows; ++i) {
    text += flow_line(random);
  }
  write_file(path, text + canary);
}

void write_packet_log(const std::filesystem::path& path, int conversations, std::uint64_t seed) {
  Random random(seed);
  std::string text = "srcip,dstip,srcport,dstport,proto,time,pkt_len,ttl,tcp_flags,payload_len\n";
  const auto line = [&](const std::string& ends, const char* proto, std::int64_t time,
                        std::uint64_t length, int flags, std::uint64_t payload) {
    text += fmt::format("{},{},{},{},64,{},{}\n", ends, proto, time, length, flags, payload);
  };
  for (int i = 0; i < conversations; ++i) {
    std::int64_t time = kStartUs + static_cast<std::int64_t>(random.below(kHourUs));
    const auto host = random.below(20);
    const auto port = 32768 + random.below(20000);
    const auto there = [&](int service) {
      return fmt::format("10.0.1.{},10.0.0.1,{},{}", host, port, service);
    };
    const auto back = [&](int service) {
      return fmt::format("10.0.0.1,10.0.1.{},{},{}", host, service, port);
    };
    if (i % 3 == 0) {
      line(there(53), "UDP", time, 68, 0, 40);
      line(back(53), "UDP", time + 5000, 148, 0, 120);
      continue;
    }
    line(there(80), "TCP", time, 40, 2, 0);
    line(back(80), "TCP", time += 1000, 40, 18, 0);
    line(there(80), "TCP", time += 1000, 40, 16, 0);
    line(there(80), "TCP", time += 1000, 240, 24, 200);
    for (std::uint64_t n = 2 + random.below(4); n > 0; --n) {
      line(back(80), "TCP", time += 2000, 1500, 16, 1460);
    }
    line(there(80), "TCP", time += 1000, 40, 16, 0);
    line(back(80), "TCP", time += 1000, 40, 17, 0);
    line(there(80), "TCP", time += 1000, 40, 17, 0);
    line(back(80), "TCP", time += 1000, 40, 16, 0);
  }
  write_file(path, text);
}

}  // namespace tracetwin::test
