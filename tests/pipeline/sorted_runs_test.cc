#include "pipeline/sorted_runs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace tracetwin {
namespace {

using Rows = std::vector<CodedRow>;

bool earlier(const CodedRow& a, const CodedRow& b) {
  return a.time_ns < b.time_ns;
}

// More than the sorter keeps in memory, and runs of no and of one row.
TEST(SortedRuns, AreMergedByTimeThenByRun) {
  Random random(1);
  SortedRuns runs(600);
  Rows all;
  for (const std::size_t size : {20'000UL, 0UL, 1UL, 14'000UL, 257UL}) {
    Rows run(size);
    for (CodedRow& row : run) {
      row.time_ns = random.between(-1000, 1000);
      row.codes.assign(600, static_cast<std::uint16_t>(random.below(65'536)));
    }
    std::stable_sort(run.begin(), run.end(), earlier);
    runs.add(run);
    all.insert(all.end(), run.begin(), run.end());
  }
  std::stable_sort(all.begin(), all.end(), earlier);
  std::size_t at = 0;
  runs.merge([&](const CodedRow& row) {
    ASSERT_LT(at, all.size());
    ASSERT_EQ(row.time_ns, all[at].time_ns);
    ASSERT_EQ(row.codes, all[at].codes) << at;
    ++at;
  });
  EXPECT_EQ(at, all.size());
}

TEST(SortedRuns, MayHoldNothing) {
  const SortedRuns runs(3);
  runs.merge([](const CodedRow&) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace tracetwin
