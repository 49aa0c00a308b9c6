#include "encode/window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin {
namespace {

constexpr std::int64_t kBegin = 1'700'000'000'000'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

struct Records {
  PackedColumn starts;
  PackedColumn durations;

  void add(std::int64_t start, std::uint64_t duration_us = 0) {
    starts.push_back(static_cast<std::uint64_t>(start));
    durations.push_back(duration_us);
  }
  Spans spans() const { return {starts, durations}; }
};

/// `count` records that begin anywhere in `seconds`.
Records spread(std::size_t count, std::int64_t seconds, std::uint64_t seed) {
  Records records;
  Random random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    records.add(kBegin + static_cast<std::int64_t>(
                             random.below(static_cast<std::uint64_t>(seconds * kSecond))));
  }
  return records;
}

Window found(const Records& records, double epsilon, std::uint64_t noise_seed) {
  dp::Ledger ledger({epsilon, 1e-9}, dp::Unit::kRecord, noise_seed);
  return find_window(records.spans(), 0.04 * ledger.rho_total() / kWindowReleases, 1, ledger);
}

/// Whether it misses more than a twentieth of the span on either side.
bool cuts_off(const Window& window, std::int64_t seconds) {
  const std::int64_t span = seconds * kSecond;
  return window.begin > kBegin + span / 20 || window.end < kBegin + span - span / 20;
}

TEST(Window, IsNearTheTraceWhateverTheNoise) {
  const Records hour = spread(20000, 3600, 8);
  const Records minutes = spread(5000, 360, 9);
  const Records days = spread(16000, 52 * 3600, 10);
  int cut_off = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    for (const auto& [records, seconds] :
         {std::pair(&hour, 3600), std::pair(&minutes, 360), std::pair(&days, 52 * 3600)}) {
      const Window window = found(*records, 2, seed);
      cut_off += cuts_off(window, seconds) ? 1 : 0;
      EXPECT_LE(window.end - window.begin, 4 * seconds * kSecond) << seed << " " << seconds;
    }
  }
  EXPECT_LE(cut_off, 6);  // of 1200
}

TEST(Window, KeepsAThinPartBesideADenseOne) {
  Records records = spread(4000, 10, 3);
  const Records thin = spread(4000, 3600, 4);
  for (std::size_t i = 0; i < thin.starts.size(); ++i) {
    records.starts.push_back(thin.starts[i]);
    records.durations.push_back(thin.durations[i]);
  }
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    EXPECT_GE(found(records, 2, seed).end, kBegin + 2700 * kSecond) << seed;
  }
}

TEST(Window, HoldsTheEndsOfLongRecords) {
  Records records;
  Random random(5);
  for (int i = 0; i < 20000; ++i) {
    const auto start = static_cast<std::int64_t>(random.below(60)) * kSecond;
    records.add(kBegin + start, 600'000'000);
  }
  const Window window = found(records, 4, 1);
  EXPECT_LE(window.begin, kBegin);
  EXPECT_GE(window.end, kBegin + 655 * kSecond);
}

TEST(Window, TooFewRecordsIsARefusal) {
  Records records;
  records.add(kBegin);
  try {
    found(records, 0.1, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kBudgetExceeded);
  }
}

TEST(Window, WithoutABudgetItIsExact) {
  Records records;
  records.add(50);
  records.add(10);
  records.add(60, 2);
  dp::Ledger ledger = dp::Ledger::no_guarantee(dp::Unit::kRecord);
  const Window window = find_window(records.spans(), 0, 1, ledger);
  EXPECT_EQ(window.begin, 10);
  EXPECT_EQ(window.end, 2061);
}

}  // namespace
}  // namespace tracetwin
