#include "cli/heavy_hitters.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace tracetwin::cli {
namespace {

IpAddress host(std::uint64_t number) {
  return IpAddress::v4(static_cast<std::uint32_t>(number));
}

TEST(HeavyHitters, ExactWhileAllHostsFit) {
  HeavyHitters hitters(100);
  for (std::uint64_t i = 1; i <= 200; ++i) {
    hitters.add(host(i), {1, 2, i});
    hitters.add(host(i), {1, 1, i});
  }
  EXPECT_TRUE(hitters.exact());
  EXPECT_EQ(hitters.hosts(), 200U);
  const auto top = hitters.top(3);
  ASSERT_EQ(top.size(), 3U);
  EXPECT_EQ(top[0].host, host(200));
  EXPECT_EQ(top[0].tally.bytes, 400U);
  EXPECT_EQ(top[0].tally.packets, 3U);
  EXPECT_EQ(top[0].tally.flows, 2U);
  EXPECT_EQ(top[2].host, host(198));
}

TEST(HeavyHitters, TiesGoByFlowsThenByAddress) {
  HeavyHitters hitters;
  hitters.add(host(9), {1, 1, 50});
  hitters.add(host(7), {1, 1, 50});
  hitters.add(host(8), {2, 1, 50});
  const auto top = hitters.top(10);
  ASSERT_EQ(top.size(), 3U);
  EXPECT_EQ(top[0].host, host(8));
  EXPECT_EQ(top[1].host, host(7));
  EXPECT_EQ(top[2].host, host(9));
}

TEST(HeavyHitters, HostsWithoutBytesAreKeptToo) {
  HeavyHitters hitters;
  hitters.add(host(1), {1, 0, 0});
  hitters.add(host(2), {1, 0, 0});
  EXPECT_EQ(hitters.hosts(), 2U);
  EXPECT_EQ(hitters.top(1).size(), 1U);
}

// The bound of the Misra-Gries sketch: no host is too low by more than total / counters, none is
// too high, and the memory does not grow.
TEST(HeavyHitters, ErrorStaysWithinTheBoundOfTheSketch) {
  constexpr std::size_t kCounters = 64;
  HeavyHitters hitters(kCounters);
  std::map<IpAddress, std::uint64_t> truth;
  std::uint64_t total = 0;
  Random random(11);
  for (int i = 0; i < 200'000; ++i) {
    const auto number = random.chance(0.3) ? random.below(8) : 100 + random.below(50'000);
    const auto bytes = 1 + random.below(1500);
    hitters.add(host(number), {1, 1, bytes});
    truth[host(number)] += bytes;
    total += bytes;
  }
  EXPECT_FALSE(hitters.exact());
  EXPECT_LE(hitters.hosts(), 2 * kCounters);
  EXPECT_LE(hitters.error_bytes(), total / kCounters);
  const auto top = hitters.top(8);
  for (const auto& row : top) {
    EXPECT_LT(row.host, host(8)) << to_string(row.host);
    EXPECT_LE(row.tally.bytes, truth[row.host]);
    EXPECT_GE(row.tally.bytes + hitters.error_bytes(), truth[row.host]);
  }
}

}  // namespace
}  // namespace tracetwin::cli
