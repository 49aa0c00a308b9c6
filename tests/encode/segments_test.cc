#include "encode/segments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "dp/ledger.h"
#include "encode/codecs.h"

namespace tracetwin {
namespace {

constexpr Window kHour = {0, 3'600'000'000'000};

dp::NoisyCounts noisy(const std::vector<std::int64_t>& exact, double epsilon, std::uint64_t seed) {
  dp::Ledger ledger(dp::Budget{epsilon, 1e-9}, dp::Unit::kRecord, seed);
  return dp::release(dp::PrivateCounts(exact), {"test", "cells", ledger.rho_left(), 1}, ledger);
}

/// 100 records a slot, but for 1,000 in each of the slots 100 to 119.
std::vector<std::int64_t> busy_spell() {
  std::vector<std::int64_t> counts(kTimeSlots, 100);
  std::fill_n(counts.begin() + 100, 20, 1000);
  return counts;
}

bool has_edge(const std::vector<Run>& runs, Key edge) {
  return std::any_of(runs.begin(), runs.end(), [&](const Run& run) { return run.first == edge; });
}

TEST(Segments, CoverAllInOrderAndCutWhereTheRateChanges) {
  const auto codec = make_time_codec(kHour);
  const auto runs = segments(*codec, noisy(busy_spell(), 1, 5), 0.5);
  Key next = 0;
  for (const auto& run : runs) {
    EXPECT_EQ(run.first, next);
    next += run.cells;
  }
  EXPECT_EQ(next, kTimeSlots);
  EXPECT_TRUE(has_edge(runs, 100));
  EXPECT_TRUE(has_edge(runs, 120));
}

TEST(Segments, NoiseAloneMakesFewRuns) {
  const auto codec = make_time_codec(kHour);
  const std::vector<std::int64_t> flat(kTimeSlots, 100);
  const auto runs = segments(*codec, noisy(flat, 0.5, 6), 0.5);
  EXPECT_LT(runs.size(), 80U) << "256 slots of one rate";
}

TEST(Segments, EmptyEndsAreLeftOut) {
  const auto codec = make_time_codec(kHour);
  std::vector<std::int64_t> counts(kTimeSlots, 0);
  std::fill_n(counts.begin() + 60, 100, 500);
  int early = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto runs = segments(*codec, noisy(counts, 1, seed), 0.5);
    early += runs.front().first < 58 || runs.back().first + runs.back().cells > 162 ? 1 : 0;
  }
  EXPECT_LE(early, 4);
}

TEST(Segments, NothingButNoiseLeavesOneRun) {
  const auto codec = make_protocol_codec();
  const dp::NoisyCounts counts = noisy(std::vector<std::int64_t>(codec->last_cells(), 0), 0.1, 7);
  EXPECT_EQ(segments(*codec, counts, 0.001).size(), 1U);
}

TEST(Segments, WithoutNoiseEveryCellThatIsUsedStays) {
  const auto codec = make_duration_codec();
  std::vector<std::int64_t> counts(codec->last_cells(), 0);
  counts[10] = 5;
  counts[400] = 1;
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  const auto exact = dp::release(dp::PrivateCounts(counts), {"test", "cells"}, ledger);
  const auto runs = segments(*codec, exact, 0.5);
  EXPECT_TRUE(has_edge(runs, 10));
  EXPECT_TRUE(has_edge(runs, 400));
}

}  // namespace
}  // namespace tracetwin
