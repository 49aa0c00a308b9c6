#include "encode/shared_counts.h"

#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "encode/host_spread.h"
#include "encode/vocabulary.h"
#include "support/thread_ranks.h"

namespace tracetwin {
namespace {

constexpr std::uint64_t kTestSeed = 4711;

PrivateColumn ports() {
  PrivateColumn column;
  column.values.append(40000, 443);
  column.values.append(10000, 53);
  for (Key port = 0; port < 25000; ++port) {
    column.values.push_back(1024 + port * 2);
  }
  return column;
}

TEST(SharedCounts, EachRankHasItsOwnPartAndAllHaveTheSums) {
  const PackedColumn all = ports().values;
  for (const std::size_t size : {1, 2, 3, 7}) {
    std::mutex mutex;
    std::size_t rows = 0;
    test::as_ranks(size, [&](const work::Ranks& ranks) {
      const PackedColumn own = own_part(all, ranks);
      dp::KeyCounts counts;
      for (const Key value : own) {
        ++counts[value];
      }
      const dp::KeyCounts sums = united(counts, ranks);
      EXPECT_EQ(sums.at(443), 40000);
      EXPECT_EQ(sums.at(53), 10000);
      EXPECT_EQ(sums.size(), 25002U);
      const std::lock_guard lock(mutex);
      rows += own.size();
    });
    EXPECT_EQ(rows, all.size());
  }
}

struct LearnedHere {
  std::vector<std::int64_t> counts;
  std::vector<double> hosts;
  bool operator==(const LearnedHere&) const = default;
};

LearnedHere learn(const work::Ranks& ranks, const std::optional<dp::Budget>& budget) {
  dp::Ledger ledger = budget ? dp::Ledger(*budget, dp::Unit::kRecord, kTestSeed)
                             : dp::Ledger::no_guarantee(dp::Unit::kRecord);
  Field field;
  field.name = "dstport";
  field.kind = FieldKind::kPort;
  VocabularyOptions options;
  options.rho_per_release = ledger.rho_total() / 10;
  options.floor = 10;
  options.ranks = ranks;
  const PrivateColumn column = ports();
  const auto learned = Vocabulary::learn(field, {0, 1}, column, options, ledger);
  const HostSpread spread = HostSpread::learn(
      column, learned.vocabulary, {"dstport", ledger.rho_total() / 10, 1, ranks}, ledger);
  return {{learned.counts.values().begin(), learned.counts.values().end()}, spread.hosts()};
}

/// Every rank draws the same test noise here, as no log tells it what the first one drew.
TEST(SharedCounts, RanksLearnWhatOneProcessLearns) {
  for (const std::optional<dp::Budget>& budget :
       {std::optional<dp::Budget>(), std::optional(dp::Budget{2, 1e-9})}) {
    const LearnedHere alone = learn({}, budget);
    EXPECT_GT(alone.counts.size(), 2U);
    for (const std::size_t size : {2, 3}) {
      test::as_ranks(size,
                     [&](const work::Ranks& ranks) { EXPECT_EQ(learn(ranks, budget), alone); });
    }
  }
}

}  // namespace
}  // namespace tracetwin
